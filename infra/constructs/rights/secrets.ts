/** Rights to read the secrets that services name in their option `secrets`, and nothing else. */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { DeclaredSecret, Service } from '../../../lib/service/index.ts';
import { allow } from './allow.ts';
import { grantKey } from './encryption-key.ts';

type Kind = DeclaredSecret['kind'];

const ACTIONS = { ssm: 'ssm:GetParameter', secretsmanager: 'secretsmanager:GetSecretValue' } as const;
const KEY_USES = { ssm: 'parameter', secretsmanager: 'secret' } as const;

/**
 * Allows the function to read the secrets of its services. The region of a name is that of the stack.
 * @param keys the customer's keys that encrypt the secrets. @default AWS's own keys
 */
export function grantSecrets(made: LambdaFunction, services: readonly Service[], keys: readonly IKey[] = []): void {
  const secrets = services.flatMap((service) => service.secrets);
  for (const kind of ['ssm', 'secretsmanager'] as const) {
    const ids = new Set(secrets.filter((secret) => secret.kind === kind).map(({ id }) => id));
    if (ids.size === 0) continue;
    const arns = new Set([...ids].map((id) => arnOf(Stack.of(made), kind, id)));
    allow(made, [ACTIONS[kind]], [...arns].toSorted());
    for (const key of keys) grantKey(key, made, KEY_USES[kind]);
  }
}

function arnOf(stack: Stack, kind: Kind, id: string): string {
  const isArn = id.startsWith('arn:');
  if (kind === 'secretsmanager') return isArn ? withSuffix(id) : `${secretArn(stack, id)}${ANY_SUFFIX}`;
  const parameter = withoutVersion(id);
  if (isArn) return parameter;
  const resourceName = parameter.replace(/^\//, '');
  return stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName });
}

function secretArn(stack: Stack, resourceName: string): string {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return stack.formatArn({ service: 'secretsmanager', resource: 'secret', resourceName, arnFormat });
}

/** Secrets Manager adds a hyphen and six random characters to the name of a secret in its ARN. */
const ANY_SUFFIX = '-??????';

function withSuffix(arn: string): string {
  return /-[A-Za-z\d]{6}$/.test(arn) ? arn : `${arn}${ANY_SUFFIX}`;
}

/** A policy names a parameter without the version or label, which follows a colon after the name. */
function withoutVersion(id: string): string {
  return id.replace(/^(arn(?::[^:]*){5}|[^:]*):.*$/, (whole, name: string) => (name === 'arn' ? whole : name));
}
