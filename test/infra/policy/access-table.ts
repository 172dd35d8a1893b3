/** Who may do what: one line a role, table and kind of key, one column a call. */
import { DYNAMO_CALLS, type DynamoCall } from './dynamo-requests.ts';
import { judge } from './evaluator.ts';
import type { Role } from './template.ts';

/** Whose items a call names. */
export interface Target {
  /** As the table of answers tells it, such as `its own items`. */
  readonly what: string;
  /** The ARN of the table, or of an index. */
  readonly resource: string;
  /** Partition keys. */
  readonly keys: readonly string[];
}

/** Whether the role may do all that the call asks. */
export function may({ permissions }: Role, { requests }: DynamoCall, { resource, keys }: Target): boolean {
  return requests(keys).every((request) => judge(permissions, { ...request, resource }) === 'allowed');
}

/** The names of the calls that the role may make. */
export function allowedCalls(role: Role, target: Target): string[] {
  return DYNAMO_CALLS.filter((call) => may(role, call, target)).map(({ call }) => call);
}

/** One line a role and target: `who / what: the calls it may make, of how many`. */
export function accessLines(
  roles: readonly { readonly who: string; readonly role: Role; readonly targets: readonly Target[] }[],
): string[] {
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
