/** Rights on the items of many services, within the sizes that IAM allows. */
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
 * How many names a statement has beyond the inline policies: as many of the longest as fit into one policy. The
 * watchdog reads that many services in one request, in the order of its list, since IAM allows a request only if one
 * statement allows all of its keys. A function of a group names one service in each request.
 */
const TOGETHER = READ_TOGETHER;
/** IAM's limits: the characters of a managed policy, and how many of these a role has. */
const MOST_CHARACTERS = 6_144;
const MOST_POLICIES = 10;
/**
 * The characters that these statements may take of a role's inline policies, which may have 10,240 in all; the rest is
 * for its other rights.
 */
const MOST_INLINE = 7_000;
const READ = ['dynamodb:BatchGetItem'];
/** The characters of a statement besides its keys, at the longest name of a table, and of a policy around it. */
const AROUND_KEYS = 550;

/** Whose items, and what may be done with them. */
interface ManyItems {
  readonly names: readonly string[];
  readonly actions: readonly string[];
  readonly use: KeyUse;
  /** How many names one statement has. */
  readonly together: number;
  /** How the managed policies are named. */
  readonly id: string;
  /** What a refusal says: whose names don't fit, and what to do. */
  readonly subject: string;
  readonly remedy: string;
}

/** The function that gets the rights. */
export interface Holder {
  readonly role: IFunction['role'];
  /** Where managed policies are made. */
  readonly scope: Construct;
}

/**
 * Allows the function to read the items of exactly these services, in this order, by BatchGetItem. It may not scan.
 * @throws InvalidOptionsError if the names take more than IAM's policies hold
 */
export function grantStateBatchRead(table: ITable, holder: Holder, names: readonly string[]): void {
  const remedy = 'give them shorter names, or a part of them another state table with a watchdog of its own';
  const words = { id: 'Reads', subject: 'watch-services', remedy };
  grantManyItems(table, holder, { names, actions: READ, use: 'readItems', together: TOGETHER, ...words });
}

/**
 * Allows the function of a group to use the items of its services and no others.
 * @throws InvalidOptionsError if the names take more than IAM's policies hold
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

/** What the role's inline policies have no room for becomes managed policies. */
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

/** As many statements in each policy as it has room for, in their order. */
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
