/** Who may do what: one line a role, table and kind of key, one column a call. */
import { DYNAMO_CALLS, type Items } from './dynamo-requests.ts';
import { judge } from './evaluator.ts';
import type { Role } from './template.ts';

/** What a role asks for. */
export interface Target extends Items {
  /** As the table of answers tells it, such as `its own state`. */
  readonly what: string;
  /** The ARN of the table, or of an index. */
  readonly resource: string;
}

/** The names of the calls that the role may make. */
export function allowedCalls({ permissions }: Role, { resource, ...items }: Target): string[] {
  return DYNAMO_CALLS.filter(({ request }) => judge(permissions, { ...request(items), resource }) === 'allowed').map(
    ({ call }) => call,
  );
}

/** Who asks, and for what. */
export interface Asking {
  readonly who: string;
  readonly role: Role;
  readonly targets: readonly Target[];
}

/** One line a role and target: `who / what: the calls it may make, of how many`. */
export function accessLines(roles: readonly Asking[]): string[] {
  const rows = roles.flatMap(({ who, role, targets }) =>
    targets.map((target) => ({ who, what: target.what, allowed: allowedCalls(role, target) })),
  );
  const width = (column: 'who' | 'what') => Math.max(...rows.map((row) => row[column].length), 0);
  const [first, second] = [width('who'), width('what')];
  const head = `${'role'.padEnd(first)}  ${'asks of'.padEnd(second)}  may do, of ${DYNAMO_CALLS.length} calls`;
  return [
    head,
    ...rows.map(
      ({ who, what, allowed }) => `${who.padEnd(first)}  ${what.padEnd(second)}  ${allowed.join(', ') || 'nothing'}`,
    ),
  ];
}
