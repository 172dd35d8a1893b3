/** The reader of secrets speaks to both APIs of AWS over the wire; a server on this machine answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsSecrets } from '../../lib/secrets/index.ts';
import { classifyCritical, type DeclaredSecret, defineService, type SecretReference } from '../../lib/service/index.ts';
import { mask } from '../../lib/text/index.ts';
import { httpServer, type Listening } from '../support/raw-server.ts';

interface Asked {
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}
type Answer = readonly [status: number, body: Readonly<Record<string, unknown>>];

let server: Listening;
let asked: Asked[];
let answer: (request: Asked) => Answer;

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  asked = [];
  server = await httpServer((request, response) => void respond(request, response));
});

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const target = String(request.headers['x-amz-target']);
  const one = { target, body: JSON.parse(String(Buffer.concat(parts))) as Asked['body'] };
  asked.push(one);
  const [status, body] = answer(one);
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const declared = (secrets: Readonly<Record<string, SecretReference>>): readonly DeclaredSecret[] =>
  defineService({ name: 'sync', interval: '5m', secrets }).secrets;
const read = (secrets: Readonly<Record<string, SecretReference>>, signal = new AbortController().signal) =>
  awsSecrets({ endpoint: `http://127.0.0.1:${server.port}`, region: 'eu-west-1' }).read(declared(secrets), signal);
const failed = (secrets: Readonly<Record<string, SecretReference>>): Promise<Error> =>
  read(secrets).then(
    () => new Error('it was read'),
    (error: Error) => error,
  );

const parameter = (value: string): Answer => [200, { Parameter: { Name: 'x', Type: 'SecureString', Value: value } }];
const secret = (value: string): Answer => [200, { Name: 'x', SecretString: value }];
const refusal = (name: string, message = 'no', status = 400): Answer => [status, { __type: name, message }];

describe('awsSecrets', () => {
  it('asks Parameter Store for a decrypted parameter', async () => {
    answer = () => parameter('swordfish');

    expect(await read({ TOKEN: 'ssm:/prod/token' })).toEqual({ TOKEN: 'swordfish' });
    expect(asked).toEqual([{ target: 'AmazonSSM.GetParameter', body: { Name: '/prod/token', WithDecryption: true } }]);
  });

  it('asks Secrets Manager for the present value', async () => {
    answer = () => secret('swordfish');

    expect(await read({ TOKEN: 'secretsmanager:prod/token' })).toEqual({ TOKEN: 'swordfish' });
    expect(asked).toEqual([{ target: 'secretsmanager.GetSecretValue', body: { SecretId: 'prod/token' } }]);
  });

  it('selects fields of JSON, with one request for several fields of one secret', async () => {
    answer = () => secret('{"user":"ada","password":"sword\\"fish","port":5432}');

    const references = {
      USER: 'secretsmanager:db#user',
      PASSWORD: 'secretsmanager:db#password',
      PORT: 'secretsmanager:db#port',
    } as const;
    expect(await read(references)).toEqual({ USER: 'ada', PASSWORD: 'sword"fish', PORT: '5432' });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['{"user":"ada"}', "the field 'password' of its JSON object does not exist; correct '#password' or the value"],
    ['{"password":{"a":"swordfish"}}', "the field 'password' of its JSON object is neither a text nor a number"],
    ['swordfish', "'#password' needs a JSON object, and the value is none; leave '#password' out"],
    ['["swordfish"]', "'#password' needs a JSON object, and the value is none"],
    ['null', "'#password' needs a JSON object, and the value is none"],
  ])('fails for a field that is not in the value, and shows nothing of the value: %s', async (value, message) => {
    answer = () => secret(value);
    const error = await failed({ PASSWORD: 'secretsmanager:db#password' });

    expect(error.message).toContain(`PASSWORD (secretsmanager:db): ${message}`);
    expect(`${error.message}${error.stack}${String((error.cause as Error).stack)}`).not.toContain('swordfish');
    expect(classifyCritical(error).kind).toBe('fatal');
  });

  it('fails for a secret that is no text', async () => {
    answer = () => [200, { Name: 'x', SecretBinary: 'AAAA' }];

    expect((await failed({ KEY: 'secretsmanager:key' })).message).toBe(
      'KEY (secretsmanager:key): it is no text; store it as text',
    );
  });

  it.each([
    ['ssm:/x', 'AccessDeniedException', 'allow the function ssm:GetParameter on it'],
    ['ssm:/x', 'ParameterNotFound', 'create the parameter in this region, or correct its name'],
    ['ssm:/x:9', 'ParameterVersionNotFound', 'create this version or label, or correct it'],
    ['ssm:/x', 'InvalidKeyId', 'allow the function kms:Decrypt'],
    ['secretsmanager:x', 'AccessDeniedException', 'allow the function secretsmanager:GetSecretValue on it'],
    ['secretsmanager:x', 'ResourceNotFoundException', 'create the secret in this region and give it a value'],
    ['secretsmanager:x', 'InvalidRequestException', 'restore the secret if it is marked for deletion'],
    ['secretsmanager:x', 'DecryptionFailure', 'allow the function kms:Decrypt'],
  ] as const)('fails for good and tells what to do: %s, %s', async (reference, name, remedy) => {
    answer = () => refusal(name, 'AWS says no');
    const error = await failed({ TOKEN: reference });

    expect(error.message).toContain(`TOKEN (${reference}): ${name}; ${remedy}`);
    expect((error.cause as Error).message).toContain('AWS says no');
    // The message doesn't look like a credential, so that it stays readable.
    expect(mask(error.message)).toBe(error.message);
    expect(classifyCritical(error).kind).toBe('fatal');
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['ssm:/x', refusal('ThrottlingException', 'Rate exceeded')],
    ['secretsmanager:x', refusal('ThrottlingException', 'Rate exceeded')],
    ['ssm:/x', refusal('InternalServerError', 'oh', 500)],
    ['secretsmanager:x', refusal('InternalServiceError', 'oh', 500)],
  ] as const)('tries again, then fails for a time: %s, %j', async (reference, given) => {
    answer = () => given;
    const error = await failed({ TOKEN: reference });

    expect(classifyCritical(error).kind).toBe('failed');
    expect(asked).toHaveLength(3);
  });

  it('fails for a time if nobody answers', async () => {
    await server.close();

    expect(classifyCritical(await failed({ TOKEN: 'ssm:/x' })).kind).toBe('failed');
  });

  it('names each secret that fails, and fails for good if one does', async () => {
    answer = ({ target }) => refusal(target.startsWith('AmazonSSM') ? 'ThrottlingException' : 'AccessDeniedException');
    const error = await failed({ ONE: 'ssm:/x', TWO: 'secretsmanager:x' });

    expect(error.message).toContain(
      'ONE (ssm:/x): ThrottlingException; TWO (secretsmanager:x): AccessDeniedException;',
    );
    expect(classifyCritical(error).kind).toBe('fatal');
  });

  it('ends its requests when its signal is aborted', async () => {
    const given = new AbortController();
    answer = () => {
      given.abort(new Error('the time is up'));
      return refusal('ThrottlingException');
    };

    await expect(read({ TOKEN: 'ssm:/x' }, given.signal)).rejects.toThrow('TOKEN (ssm:/x)');
    expect(asked).toHaveLength(1);
  });
});
