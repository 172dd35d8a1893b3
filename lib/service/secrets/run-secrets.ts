/**
 * Keeps the secrets of a service in the memory of its process, and nowhere else. The first run fetches them after it
 * has its lease, and within its deadline. A later run fetches them again once they are older than `secretsMaxAge`.
 */
import { hideValue, SHORTEST_KNOWN, summarizeError, toSafeCause } from '../../text/index.ts';
import { type Clock, inSeconds, withTimeLimit } from '../../time/index.ts';
import { evidenceIn } from '../classify-evidence.ts';
import { SecretsUnavailableError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Service } from '../service.ts';
import { SECRETS_LIMIT, SECRETS_RETRY, SECRETS_SPARE_AGE } from '../time-budget.ts';
import type { DeclaredSecret } from './declared.ts';

/** The values of secrets by name. */
export type Secrets = Readonly<Record<string, string>>;

/** Reads secrets from where they are stored. */
export interface SecretsReader {
  /**
   * Returns the present value of each secret, by name. Rejects with an error that names every secret that can't be
   * read, and what to do. Whether the error is transient is judged by its causes.
   * @param signal aborted when nobody waits for the values any more
   */
  read(secrets: readonly DeclaredSecret[], signal: AbortSignal): Promise<Secrets>;
  /**
   * Whether a handler uses this reader in Lambda only. On one machine it then reads environment variables instead.
   * @default false
   */
  readonly onlyInLambda?: boolean;
}

/** The secrets of one service in this process. */
export interface RunSecrets {
  /**
   * The values, by name. Each property always has the value that was fetched last. `console.log` doesn't show the
   * properties.
   */
  readonly values: Secrets;
  /**
   * Fetches the secrets, unless those in memory are young enough. If AWS can't answer at the moment, secrets that are
   * at most an hour too old stay in use.
   * @throws SecretsUnavailableError if the secrets can't be read
   */
  refresh(signal: AbortSignal): Promise<void>;
}

/** The secrets of a service without secrets. */
export const NO_SECRETS: Secrets = Object.freeze({});

interface Held {
  readonly values: Secrets;
  readonly fetchedAt: number;
  /** When the values are fetched again, in epoch milliseconds. */
  readonly until: number;
}

interface Parts {
  readonly reader: SecretsReader;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes the secrets of a service in this process; `undefined` if the service has none. */
export function runSecrets(service: Service, { reader, clock, log }: Parts): RunSecrets | undefined {
  const { name, secrets, secretsMaxAge } = service;
  if (secrets.length === 0) return undefined;
  let held: Held | undefined;
  const warned = new Set<string>();

  const hide = (values: Secrets) => {
    for (const { name: secret } of secrets) {
      if (hideValue(values[secret] ?? '') || warned.has(secret)) continue;
      warned.add(secret);
      log.warn(
        `${name}: the secret ${secret} has fewer than ${SHORTEST_KNOWN} characters; it is not masked in logs and errors; ` +
          'choose a longer value',
      );
    }
  };
  const fetchAll = async (signal: AbortSignal): Promise<Secrets> => {
    const read = async (limit: AbortSignal) => reader.read(secrets, AbortSignal.any([signal, limit]));
    const values = await withTimeLimit(clock, SECRETS_LIMIT, read);
    const missing = secrets.filter((secret) => typeof values[secret.name] !== 'string').map((secret) => secret.name);
    if (missing.length > 0) throw new TypeError(`the reader of secrets returned no text for ${missing.join(', ')}`);
    return values;
  };

  return {
    values: Object.freeze(
      Object.defineProperties(
        {},
        Object.fromEntries(secrets.map((secret) => [secret.name, { get: () => held?.values[secret.name] }])),
      ),
    ) as Secrets,
    async refresh(signal) {
      const now = clock.now();
      // A clock that was set back doesn't make old values young.
      if (held !== undefined && held.fetchedAt <= now && now < held.until) return;
      try {
        const values = await fetchAll(signal);
        hide(values);
        held = { values, fetchedAt: now, until: now + secretsMaxAge };
      } catch (error) {
        if (held === undefined || signal.aborted || !maySpare(held, error)) throw unavailable(name, error);
        held = { ...held, until: clock.now() + SECRETS_RETRY };
        log.warn(`${name}: its secrets could not be fetched again; the run uses those that were fetched before`, {
          error,
          ageSeconds: inSeconds(now - held.fetchedAt),
        });
      }
    },
  };

  /** A transient failure says nothing about the secrets. Any other error may mean that they were taken away. */
  function maySpare({ fetchedAt }: Held, error: unknown): boolean {
    const age = clock.now() - fetchedAt;
    return age >= 0 && age < secretsMaxAge + SECRETS_SPARE_AGE && evidenceIn(error, new Set())?.transient === true;
  }
}

function unavailable(service: string, error: unknown): SecretsUnavailableError {
  const { message } = summarizeError(error, 0);
  return new SecretsUnavailableError(`${service}: no secrets for this run: ${message}`, {
    cause: toSafeCause(error),
  });
}
