/**
 * Rights on a customer's KMS key. Whoever reads or writes an encrypted resource must be allowed to use its key too.
 * These rights hold only for requests through the AWS service of the resource (`kms:ViaService`).
 */
import { Annotations, Aws, Resource, Stack, Token } from 'aws-cdk-lib';
import {
  type AddToPrincipalPolicyResult,
  type IGrantable,
  type IPrincipal,
  type PolicyStatement,
  PrincipalPolicyFragment,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { type IKey, type IKeyRef, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { escaped } from '../../../lib/text/index.ts';

type Conditions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** For each use of a key: the AWS service through which a role uses the key, and the calls to KMS. */
const USES = {
  // DynamoDB's documentation lists the calls of `items` for a role that reads and writes items, and those of
  // `readItems` for a role that only reads.
  items: {
    service: 'dynamodb',
    actions: [
      ...(['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'] as const),
      ...(['kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'] as const),
    ],
  },
  readItems: { service: 'dynamodb', actions: ['kms:Decrypt', 'kms:DescribeKey'] },
  // SQS uses Decrypt to check the data key that it has generated.
  send: { service: 'sqs', actions: ['kms:Decrypt', 'kms:GenerateDataKey'] },
  receive: { service: 'sqs', actions: ['kms:Decrypt'] },
  publish: { service: 'sns', actions: ['kms:Decrypt', 'kms:GenerateDataKey'] },
  readLog: { service: 'logs', actions: ['kms:Decrypt'] },
  // Parameter Store and Secrets Manager decrypt in the name of whoever asks.
  parameter: { service: 'ssm', actions: ['kms:Decrypt'] },
  secret: { service: 'secretsmanager', actions: ['kms:Decrypt'] },
  environment: { service: 'lambda', actions: ['kms:Decrypt'] },
} as const;
export type KeyUse = keyof typeof USES;

/**
 * Allows the grantee one use of the key, such as `publish` for sending to an encrypted topic. Does nothing without a
 * key.
 */
export function grantKey(key: IKey | undefined, grantee: IGrantable, use: KeyUse): void {
  if (key === undefined) return;
  const { service, actions } = USES[use];
  const via = { StringEquals: { 'kms:ViaService': `${service}.${regionOf(key)}.amazonaws.com` } };
  key.grant(new NarrowedPrincipal(grantee, via), ...actions);
  askForStatement(key, {
    statement: { Principal: { AWS: `arn:${partitionOf(key)}:iam::${accountOf(key)}:root` }, actions, conditions: via },
    unless: ', unless it lets the IAM policies of the account grant its use, as it does by default',
  });
}

/** Allows CloudWatch Logs to use the key for log groups of this account. Does nothing without a key. */
export function letLogsUse(key: IKey | undefined): void {
  if (key === undefined) return;
  const service = `logs.${regionOf(key)}.amazonaws.com`;
  const actions = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];
  // The log group refers to the key, so the policy of the key can't name the log group.
  const groups = `arn:${partitionOf(key)}:logs:${regionOf(key)}:${accountOf(key)}:log-group:*`;
  letService(key, { service, actions, conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } } });
}

/**
 * Allows CloudWatch to use the key for the messages of alarms. The policy of the SNS topic decides which alarms may
 * publish.
 */
export function letAlarmsUse(key: IKey | undefined): void {
  if (key === undefined) return;
  const actions = ['kms:Decrypt', 'kms:GenerateDataKey*'];
  letService(key, { service: 'cloudwatch.amazonaws.com', actions, conditions: {} });
}

/** Returns the key as CDK's `IKey`. A prop of CDK may contain only a reference to a key (`IKeyRef`). */
export function keyOf(scope: Construct, id: string, key: IKeyRef): IKey {
  return 'grant' in key ? (key as IKey) : Key.fromKeyArn(scope, id, key.keyRef.keyArn);
}

interface ServiceUse {
  readonly service: string;
  readonly actions: readonly string[];
  readonly conditions: Conditions;
}

function letService(key: IKey, { service, actions, conditions }: ServiceUse): void {
  key.grant(new NarrowedPrincipal(new ServicePrincipal(service), conditions), ...actions);
  askForStatement(key, { statement: { Principal: { Service: service }, actions, conditions }, unless: '' });
}

/**
 * A grantee that gets each right only under the given conditions. CDK's own class for this adds the conditions only to
 * the policy of the key.
 */
class NarrowedPrincipal implements IPrincipal {
  readonly grantPrincipal = this;
  readonly assumeRoleAction: string;
  readonly policyFragment: PrincipalPolicyFragment;
  readonly principalAccount?: string;
  readonly #principal: IPrincipal;
  readonly #conditions: Conditions;

  constructor({ grantPrincipal }: IGrantable, conditions: Conditions) {
    const { principalJson, conditions: own } = grantPrincipal.policyFragment;
    this.#principal = grantPrincipal;
    this.#conditions = conditions;
    this.assumeRoleAction = grantPrincipal.assumeRoleAction;
    this.policyFragment = new PrincipalPolicyFragment(principalJson, { ...own, ...conditions });
    if (grantPrincipal.principalAccount !== undefined) this.principalAccount = grantPrincipal.principalAccount;
  }

  addToPolicy(statement: PolicyStatement): boolean {
    return this.addToPrincipalPolicy(statement).statementAdded;
  }

  addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult {
    statement.addConditions(this.#conditions);
    return this.#principal.addToPrincipalPolicy(statement);
  }
}

interface NeededStatement {
  readonly statement: {
    readonly Principal: Readonly<Record<string, string>>;
    readonly actions: readonly string[];
    readonly conditions: Conditions;
  };
  /**
   * The end of the warning text, which says when the policy of the key needs no such statement. Empty if the policy
   * always needs the statement.
   */
  readonly unless: string;
}

/** The warnings about policies of keys that each stack already has, so that no warning is repeated. */
const asked = new WeakMap<Stack, Set<string>>();

/**
 * Warns at synth if the key was imported. CDK can't change the policy of an imported key, so a person must add the
 * statement.
 */
function askForStatement(key: IKey, { statement, unless }: NeededStatement): void {
  if (Resource.isOwnedResource(key)) return;
  const stack = Stack.of(key);
  const { Principal, actions, conditions } = statement;
  const Condition = Object.keys(conditions).length === 0 ? {} : { Condition: conditions };
  const json = written(stack, { Effect: 'Allow', Principal, Action: actions, Resource: '*', ...Condition });
  const message =
    `${written(stack, key.keyArn)}: expected a key whose policy has the statement ${json}${unless}; ` +
    'an imported key keeps its policy, so add it there.';
  const known = asked.get(stack) ?? new Set();
  if (!known.has(message))
    Annotations.of(stack).addWarningV2(`tickover:key-policy:${known.size + 1}`, escaped(message));
  asked.set(stack, known.add(message));
}

/**
 * Returns a value as JSON for a policy. A part that only the deploy knows, such as the account, becomes a name in angle
 * brackets.
 */
function written(stack: Stack, value: unknown): string {
  const resolved = stack.resolve(value) as unknown;
  const text = JSON.stringify(resolved, (_name, part) => joined(part));
  return typeof resolved === 'string' ? resolved : text;
}

function joined(part: unknown): unknown {
  const { 'Fn::Join': join } = (part ?? {}) as { 'Fn::Join'?: readonly [string, readonly unknown[]] };
  if (join === undefined) return part;
  const [separator, parts] = join;
  return parts.map((each) => (typeof each === 'string' ? each : `<${nameOf(each)}>`)).join(separator);
}

function nameOf(part: unknown): string {
  const { Ref = 'unknown' } = part as { Ref?: string };
  return Ref.replace(/^AWS::/, '').toLowerCase();
}

function regionOf(key: IKey): string {
  return key.env.region;
}

/** Returns the account of the stack that uses the key. The key itself may belong to another account. */
function accountOf(key: IKey): string {
  return Stack.of(key).account;
}

function partitionOf({ keyArn }: IKey): string {
  return Token.isUnresolved(keyArn) ? Aws.PARTITION : (keyArn.split(':')[1] ?? 'aws');
}
