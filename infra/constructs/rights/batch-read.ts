/** The watchdog's right to read the items of many services, within the sizes that IAM allows. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IRole, ManagedPolicy, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { InvalidOptionsError } from '../../../lib/rules/index.ts';
import { onItemsOf } from '../state-table.ts';
import { isImmutable } from './allow.ts';
import { grantKey } from './encryption-key.ts';

/**
 * The number of services whose states the watchdog reads in one request, in the order of their list. IAM allows a
 * request only if a single statement allows all of its keys. So a statement has either all services or those of whole
 * requests.
 */
const READ_TOGETHER = 100;
/** The largest managed policy in IAM, in characters, and the largest number of these policies on one role. */
const MOST_CHARACTERS = 6_144;
const MOST_POLICIES = 10;
/**
 * The characters that the statements for these reads may take of the role's inline policies. The rest is for the role's
 * other rights.
 */
const MOST_INLINE = 7_000;
const READ = ['dynamodb:BatchGetItem'];
/**
 * The characters of a statement without its keys, if the name of the table is as long as possible, and of the policy
 * around it.
 */
const AROUND_KEYS = 550;

/**
 * Allows the function to read the items of exactly these services, in this order, by BatchGetItem, but not to scan. If
 * the inline policies of the role have no room for the statements, they become managed policies.
 * @throws InvalidOptionsError if the names take more than IAM's policies hold
 */
export function grantStateBatchRead(table: ITable, { role, ...lambda }: Reader, services: readonly string[]): void {
  if (role === undefined || services.length === 0) return;
  grantKey(table.encryptionKey, role, 'readItems');
  if (sizeOf(services) <= MOST_INLINE) {
    role.addToPrincipalPolicy(onItemsOf(services, READ, table));
    return;
  }
  const groups = groupsOf(services);
  const statements = groups.map((names) => onItemsOf(names, READ, table));
  const policies = packed(groups, statements);
  refuseBeyond(groups, policies);
  if (!isImmutable(role)) attach(lambda.scope, role, policies);
}

/** The function that reads: its role, and where its policies are made. */
export interface Reader {
  readonly role: IFunction['role'];
  /** The scope in which managed policies are made. */
  readonly scope: Construct;
}

function attach(scope: Construct, role: IRole, policies: readonly (readonly PolicyStatement[])[]): void {
  for (const [index, statements] of policies.entries())
    new ManagedPolicy(scope, `Reads${index + 1}`, { roles: [role], statements: [...statements] });
}

function groupsOf(services: readonly string[]): string[][] {
  const count = Math.ceil(services.length / READ_TOGETHER);
  return Array.from({ length: count }, (_, index) =>
    services.slice(index * READ_TOGETHER, (index + 1) * READ_TOGETHER),
  );
}

/** Divides the statements, in their order, into policies: as many statements into each as it has room for. */
function packed(groups: readonly string[][], statements: readonly PolicyStatement[]): PolicyStatement[][] {
  const policies: PolicyStatement[][] = [];
  let room = 0;
  for (const [index, statement] of statements.entries()) {
    const size = sizeOf(groups[index] ?? []);
    if (size > room) {
      policies.push([]);
      room = MOST_CHARACTERS;
    }
    policies.at(-1)?.push(statement);
    room -= size;
  }
  return policies;
}

function refuseBeyond(groups: readonly string[][], policies: readonly unknown[]): void {
  const tooLarge = groups.find((names) => sizeOf(names) > MOST_CHARACTERS);
  if (tooLarge === undefined && policies.length <= MOST_POLICIES) return;
  const got =
    tooLarge === undefined
      ? `${added(groups.map(({ length }) => length))} services, which take ${policies.length}`
      : `${tooLarge.length} services from ${tooLarge[0]} on, whose names take ${sizeOf(tooLarge)}`;
  const expected = `at most ${MOST_POLICIES} policies of ${MOST_CHARACTERS} characters, with ${READ_TOGETHER} names side by side`;
  throw new InvalidOptionsError('watch-services', [
    `services: expected names that fit IAM's policies (${expected}), got ${got}; ` +
      'give them shorter names, or a part of them another state table with a watchdog of its own',
  ]);
}

function sizeOf(names: readonly string[]): number {
  return AROUND_KEYS + JSON.stringify(names).length;
}

function added(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
