import type { Service, Surroundings } from './service.ts';

/** `prepare`, called by the first run and its result kept; a promise that rejects is made again by the next run. */
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
