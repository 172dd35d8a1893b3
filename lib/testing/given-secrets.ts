/**
 * The secrets that a test gives to its harness. They are masked as on Lambda while runs of the harness go on. A process
 * has one list of values to mask, so a value of one test would else be masked in the next one too.
 */
import { type Secrets, type SecretsReader, SecretsUnavailableError } from '../service/index.ts';
import { forgetValues, hideValue } from '../text/index.ts';

/** Makes the reader that stands for Parameter Store and Secrets Manager. It answers at once. */
export function givenSecrets(given: Secrets): SecretsReader {
  return {
    async read(secrets) {
      const missing = secrets.map(({ name }) => name).filter((name) => given[name] === undefined);
      if (missing.length === 0) return given;
      throw new SecretsUnavailableError(
        `no value of ${missing.join(', ')}; give it in the option \`secrets\` of the harness`,
      );
    },
  };
}

let underWay = 0;

/**
 * Masks the secrets from now on, and forgets those of earlier runs unless a run is still under way. Call the returned
 * function when the run has ended. What the run logs after its end is still masked, until the next run begins.
 */
export function maskInRun(secrets: Secrets): () => void {
  if (underWay === 0) forgetValues();
  underWay += 1;
  for (const value of Object.values(secrets)) hideValue(value);
  return () => {
    underWay -= 1;
  };
}
