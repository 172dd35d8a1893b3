import { SecretsUnavailableError } from '../errors.ts';
import type { Surroundings } from '../service.ts';
import type { SecretsReader } from './run-secrets.ts';

/**
 * Reads each secret from the environment variable with its name. An empty variable counts as missing.
 * @param remedy what to do about a missing variable, for the message of the error
 */
export function environmentSecrets(env: Surroundings['env'], remedy: string): SecretsReader {
  return {
    async read(secrets) {
      const missing = secrets.map(({ name }) => name).filter((name) => !env[name]);
      if (missing.length > 0) {
        throw new SecretsUnavailableError(`no environment variable ${missing.join(', ')}; ${remedy}`);
      }
      return Object.fromEntries(secrets.map(({ name }) => [name, env[name] ?? '']));
    },
  };
}

/** A reader that can read no secret, for a handler in Lambda that got none. */
export function noReader(remedy: string): SecretsReader {
  return { read: () => Promise.reject(new SecretsUnavailableError(`nothing in this function reads them; ${remedy}`)) };
}
