/**
 * Who may use a customer's key. IAM asks both sides: the policy of the key must let the caller in, by itself or by the
 * account, and a caller who comes by the account must be allowed by his own policies too.
 */
import type { RequestContext } from './condition.ts';
import { judge } from './evaluator.ts';
import type { Statement } from './statement.ts';
import { ACCOUNT, REGION, type Role, statementsIn, type Template } from './template.ts';

/** A key with its policy. */
export interface PolicyKey {
  readonly arn: string;
  readonly policy: readonly Statement[];
}

const ACCOUNT_ITSELF = ['AWS', `arn:aws:iam::${ACCOUNT}:root`] as const;

/** What a role may do with the key by way of a service. Without one it calls KMS by itself. */
export function roleMay({ arn, policy }: PolicyKey, { permissions }: Role, service?: string): string[] {
  const context = service === undefined ? {} : { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` };
  return KMS_ACTIONS.filter((call) => {
    const request = { action: `kms:${call}`, resource: arn, context };
    return [judge(policy, { ...request, principal: ACCOUNT_ITSELF }), judge(permissions, request)].every(
      (answer) => answer === 'allowed',
    );
  });
}

/** What AWS's own service may do with the key in its own name. */
export function serviceMay({ arn, policy }: PolicyKey, service: string, context: RequestContext = {}): string[] {
  return KMS_ACTIONS.filter((call) => {
    const request = { action: `kms:${call}`, resource: arn, principal: ['Service', service] as const, context };
    return judge(policy, request) === 'allowed';
  });
}

/** The services by which something of a stack could reach its key. */
export const SERVICES = ['dynamodb', 'sqs', 'sns', 'logs', 'lambda', 'scheduler', 's3', 'secretsmanager'] as const;

/** Calls on a key: those on data first, then those on the key itself. */
export const KMS_ACTIONS = [
  ...['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'],
  ...['DescribeKey', 'CreateGrant', 'RevokeGrant', 'PutKeyPolicy', 'GetKeyPolicy', 'DisableKey', 'ScheduleKeyDeletion'],
  ...['Sign', 'GenerateMac'],
] as const;

/** The policy of a key of the template. */
export function policyOf(template: Template, id: string): Statement[] {
  return statementsIn(template, template.Resources[id]?.Properties?.['KeyPolicy']);
}
