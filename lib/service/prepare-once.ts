import type { Service, Surroundings } from './service.ts';

/**
 * Returns a function that calls `prepare` of the service at the first run and returns its result at every run. If
 * `prepare` throws or its promise rejects, the next run calls `prepare` again.
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
