import { NO_SECRETS } from './secrets/run-secrets.ts';
import type { Service, Surroundings } from './service.ts';

/**
 * Returns a function that calls the option `prepare` of the service once and then returns the same result. If `prepare`
 * fails, the next call tries again.
 */
export function prepareOnce(service: Service, given: Pick<Surroundings, 'env'> & Partial<Surroundings>): () => unknown {
  const surroundings = { ...given, secrets: given.secrets ?? NO_SECRETS };
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
