/** Grants rights on the items of many services, within the sizes that IAM allows for policies. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IRole, ManagedPolicy, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { InvalidOptionsError } from '../../../lib/rules/index.ts';
import { READ_TOGETHER } from '../../../lib/store/index.ts';
import { onItemsOf, RUN } from '../state-table.ts';
import { isImmutable } from './allow.ts';
import { grantKey, type KeyUse } from './encryption-key.ts';

/**
 * How many service names one statement of a managed policy has. The watchdog reads that many services in one request,
 * and IAM allows a request only if one statement covers all its keys.
 */
const TOGETHER = READ_TOGETHER;
/** IAM's limits: the characters of one managed policy, and the number of managed policies of one role. */
const MOST_CHARACTERS = 6_144;
const MOST_POLICIES = 10;
/**
 * The most characters that rights on items may take of a role's inline policy. IAM allows 10,240 for all inline rights.
 */
const MOST_INLINE = 7_000;
const READ = ['dynamodb:BatchGetItem', 'dynamodb:Query'];
/** The most characters of a policy with one statement, without the service names in the statement. */
const AROUND_KEYS = 550;

interface ManyItems {
  readonly names: readonly string[];
  readonly actions: readonly string[];
  readonly use: KeyUse;
  /** How many names one policy statement has. */
  readonly together: number;
  /** The prefix of the construct ids of the managed policies. */
  readonly id: string;
  /** The texts of the error if the names don't fit: whose names they are, and what the user can do. */
  readonly subject: string;
  readonly remedy: string;
}

export interface Holder {
  readonly role: IFunction['role'];
  /** The construct inside which managed policies are made. */
  readonly scope: Construct;
}

/**
 * Allows the function to read the items of exactly these services: many together by BatchGetItem, in this order, and
 * those of one by Query. It may not scan.
 * @throws InvalidOptionsError if the names take more than IAM's policies hold
 */
export function grantStateBatchRead(table: ITable, holder: Holder, names: readonly string[]): void {
  const remedy = 'give them shorter names, or a part of them another state table with a watchdog of its own';
  const words = { id: 'Reads', subject: 'watch-services', remedy };
  grantManyItems(table, holder, { names, actions: READ, use: 'readItems', together: TOGETHER, ...words });
}

/**
 * Allows a function that several services share to use the items of these services and no others.
 * @throws InvalidOptionsError if the names need more policies than IAM allows
 */
export function grantStateOfGroup(
  table: ITable,
  holder: Holder,
  { groupName, names }: { readonly groupName: string; readonly names: readonly string[] },
): void {
  const remedy = 'give them shorter names, or split the group';
  const words = { id: 'Items', subject: `group '${groupName}'`, remedy };
  grantManyItems(table, holder, { names, actions: RUN, use: 'items', together: TOGETHER, ...words });
}

/** Adds the rights as an inline policy, or as managed policies if the names are too long for an inline policy. */
function grantManyItems(table: ITable, { role, scope }: Holder, asked: ManyItems): void {
  const { names, actions, use } = asked;
  if (role === undefined || names.length === 0) return;
  grantKey(table.encryptionKey, role, use);
  if (sizeOf(names) <= MOST_INLINE) {
    role.addToPrincipalPolicy(onItemsOf(names, actions, table));
    return;
  }
  const groups = groupsOf(names, asked.together);
  const statements = groups.map((some) => onItemsOf(some, actions, table));
  const policies = packed(groups, statements);
  refuseBeyond(groups, policies, asked);
  if (!isImmutable(role)) attach({ role, scope }, asked.id, policies);
}

function attach(
  { role, scope }: { readonly role: IRole; readonly scope: Construct },
  id: string,
  policies: readonly (readonly PolicyStatement[])[],
): void {
  for (const [index, statements] of policies.entries())
    new ManagedPolicy(scope, `${id}${index + 1}`, { roles: [role], statements: [...statements] });
}

function groupsOf(services: readonly string[], together: number): string[][] {
  const count = Math.ceil(services.length / together);
  return Array.from({ length: count }, (_, index) => services.slice(index * together, (index + 1) * together));
}

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

function refuseBeyond(
  groups: readonly string[][],
  policies: readonly unknown[],
  { subject, remedy, together }: ManyItems,
): void {
  const tooLarge = groups.find((names) => sizeOf(names) > MOST_CHARACTERS);
  if (tooLarge === undefined && policies.length <= MOST_POLICIES) return;
  const got =
    tooLarge === undefined
      ? `${added(groups.map(({ length }) => length))} services, which take ${policies.length}`
      : `${tooLarge.length} services from ${tooLarge[0]} on, whose names take ${sizeOf(tooLarge)}`;
  const expected = `at most ${MOST_POLICIES} policies of ${MOST_CHARACTERS} characters, with ${together} names side by side`;
  throw new InvalidOptionsError(subject, [
    `services: expected names that fit IAM's policies (${expected}), got ${got}; ${remedy}`,
  ]);
}

function sizeOf(names: readonly string[]): number {
  return AROUND_KEYS + JSON.stringify(names).length;
}

function added(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
