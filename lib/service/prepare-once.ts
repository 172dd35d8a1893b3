import type { Service, Surroundings } from './service.ts';

/**
 * A function that calls `prepare` at the first run and keeps its result. If the promise rejects, the next run calls
 * `prepare` again.
 */
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
