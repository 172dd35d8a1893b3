/** What a service's `prepare` makes, made once. */
import type { Service, Surroundings } from './service.ts';

/** Gives what `prepare` makes: made by the first run that asks, and kept; one that fails is asked again. */
export function prepareOnce(service: Service, surroundings: Surroundings): () => unknown {
  let made: { readonly value: unknown } | undefined;
  return () => {
    made ??= { value: service.prepare(surroundings) };
    const { value } = made;
    if (value instanceof Promise) {
      value.catch(() => {
        made = undefined;
      });
    }
    return value;
  };
}
