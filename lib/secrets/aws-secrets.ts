/**
 * Reads secrets from Parameter Store and Secrets Manager. The bundle of a function contains this file and the clients
 * only if its code calls `awsSecrets`, and a client is loaded only if a secret needs it.
 */
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import {
  clientSettings,
  type DeclaredSecret,
  refuseOptions,
  SECRETS_REQUEST_TIMEOUT,
  type Secrets,
  type SecretsReader,
  SecretsUnavailableError,
} from '../service/index.ts';
import {
  errorClassOf,
  hasCode,
  isRecord,
  readProperty,
  toSafeCause,
  tryRead,
  withoutUndefined,
} from '../text/index.ts';

/** The options of `awsSecrets`. */
export interface AwsSecretsOptions {
  /** The region of the parameters and secrets. @default the region of the function */
  readonly region?: string;
  /** The URL of both APIs, for tests and emulators. @default that of AWS */
  readonly endpoint?: string;
}

type Kind = DeclaredSecret['kind'];
/** Returns the text of a parameter or secret. */
type Read = (id: string, signal: AbortSignal) => Promise<string>;

/**
 * Makes the reader of secrets for a handler in Lambda: `scheduledHandler(service, { secrets: awsSecrets() })`, and for
 * `runLoop` on AWS. A handler on one machine never asks AWS: it reads environment variables instead.
 */
export function awsSecrets(options: AwsSecretsOptions = {}): SecretsReader {
  refuseOptions('awsSecrets', options, { region: 'text', endpoint: 'text' });
  const settings = { ...clientSettings(SECRETS_REQUEST_TIMEOUT), ...withoutUndefined({ ...options }) };
  const reads: Readonly<Record<Kind, Read>> = { ssm: parameters(settings), secretsmanager: secretValues(settings) };
  return {
    onlyInLambda: true,
    read: (secrets, signal) => readAll(reads, secrets, signal),
  };
}

type Settings = ReturnType<typeof clientSettings> & AwsSecretsOptions;

function parameters(settings: Settings): Read {
  let client: SSMClient | undefined;
  return async (id, abortSignal) => {
    const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
    client ??= new SSMClient(settings);
    const command = new GetParameterCommand({ Name: id, WithDecryption: true });
    const { Parameter } = await client.send(command, { abortSignal });
    return textOf(Parameter?.Value);
  };
}

function secretValues(settings: Settings): Read {
  let client: SecretsManagerClient | undefined;
  return async (id, abortSignal) => {
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    client ??= new SecretsManagerClient(settings);
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal });
    return textOf(SecretString);
  };
}

function textOf(value: string | undefined): string {
  if (value === undefined) throw new SecretsUnavailableError('it is no text; store it as text');
  return value;
}

/** Reads all secrets at once. Two secrets that are fields of one JSON value need one request. */
async function readAll(
  reads: Readonly<Record<Kind, Read>>,
  secrets: readonly DeclaredSecret[],
  signal: AbortSignal,
): Promise<Secrets> {
  const requests = new Map<string, Promise<string>>();
  const request = ({ kind, id }: DeclaredSecret): Promise<string> => {
    const made = requests.get(`${kind}:${id}`) ?? reads[kind](id, signal);
    requests.set(`${kind}:${id}`, made);
    return made;
  };
  const read = async (secret: DeclaredSecret) => {
    try {
      return [secret.name, fieldOf(await request(secret), secret.key)] as const;
    } catch (error) {
      throw unavailable(secret, error);
    }
  };
  const ends = await Promise.allSettled(secrets.map(read));
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
  if (errors.length > 1) throw new AggregateError(errors, errors.map(({ message }) => message).join('; '));
  if (errors.length === 1) throw errors[0];
  return Object.fromEntries(ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])));
}

/** Returns the field `key` of a JSON object as text. The errors contain nothing of the value. */
function fieldOf(value: string, key: string | undefined): string {
  if (key === undefined) return value;
  const object = tryRead(() => JSON.parse(value) as unknown);
  if (!isRecord(object)) {
    throw new SecretsUnavailableError(`'#${key}' needs a JSON object, and the value is none; leave '#${key}' out`);
  }
  const field = Object.hasOwn(object, key) ? object[key] : undefined;
  if (typeof field === 'string') return field;
  if (typeof field === 'number' || typeof field === 'boolean') return String(field);
  const what = field === undefined ? 'does not exist' : 'is neither a text nor a number';
  throw new SecretsUnavailableError(`the field '${key}' of its JSON object ${what}; correct '#${key}' or the value`);
}

/** The right that reading needs, by the kind of secret. */
const RIGHTS = { ssm: 'ssm:GetParameter', secretsmanager: 'secretsmanager:GetSecretValue' } as const;

const REMEDIES: Readonly<Record<string, (kind: Kind) => string>> = {
  AccessDeniedException: (kind) =>
    `allow the function ${RIGHTS[kind]} on it, and kms:Decrypt if a key of yours encrypts it (\`secretKeys\`)`,
  ParameterNotFound: () => 'create the parameter in this region, or correct its name',
  ParameterVersionNotFound: () => 'create this version or label, or correct it',
  ResourceNotFoundException: () => 'create the secret in this region and give it a value, or correct its name',
  InvalidRequestException: () => 'restore the secret if it is marked for deletion',
  DecryptionFailure: () => 'allow the function kms:Decrypt on the key that encrypts it (`secretKeys`)',
  InvalidKeyId: () => 'allow the function kms:Decrypt on the key that encrypts it (`secretKeys`)',
};

function unavailable({ name, kind, id }: DeclaredSecret, error: unknown): SecretsUnavailableError {
  const errorClass = errorClassOf(error);
  const isOwn = hasCode(error, 'secrets-unavailable');
  const remedy = Object.hasOwn(REMEDIES, errorClass) ? `; ${REMEDIES[errorClass]?.(kind)}` : '';
  const what = isOwn ? String(readProperty(error, 'message')) : `${errorClass}${remedy}`;
  return new SecretsUnavailableError(`${name} (${kind}:${id}): ${what}`, { cause: toSafeCause(error) });
}
