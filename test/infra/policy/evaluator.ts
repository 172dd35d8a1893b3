/**
 * What a set of policies says to a request: an explicit Deny goes before every Allow, and what nothing allows is
 * denied. The smallest part of IAM that is enough to judge a synthesised stack; whatever it can't judge it refuses with
 * an error.
 */
import { conditionsHold, likeText, type RequestContext } from './condition.ts';
import { listed, type Principals, type Statement } from './statement.ts';

/** One call that somebody makes. */
export interface Request {
  /** Such as `dynamodb:GetItem`. */
  readonly action: string;
  /** The ARN of what it touches; absent for `sts:AssumeRole`, whose policy stands at the role. */
  readonly resource?: string;
  /**
   * Who calls, where the policy stands at the resource: kind and name, such as `['Service',
   * 'scheduler.amazonaws.com']`.
   */
  readonly principal?: readonly [string, string];
  readonly context?: RequestContext;
}

/** `denied`: a Deny says so. `not allowed`: nothing allows it. */
export type Answer = 'allowed' | 'denied' | 'not allowed';

/** The answer of all statements together. */
export function judge(statements: readonly Statement[], request: Request): Answer {
  const applicable = statements.filter((statement) => speaksOf(statement, request));
  if (applicable.some(({ Effect }) => Effect === 'Deny')) return 'denied';
  return applicable.length > 0 ? 'allowed' : 'not allowed';
}

function speaksOf(statement: Statement, { action, resource, principal, context = {} }: Request): boolean {
  return (
    listed(statement.Action).some((pattern) => likeText(action.toLowerCase(), pattern.toLowerCase())) &&
    (resource === undefined || listed(statement.Resource).some((pattern) => likeText(resource, pattern))) &&
    (statement.Principal === undefined || isPrincipal(statement.Principal, principal)) &&
    conditionsHold(statement.Condition, context)
  );
}

function isPrincipal(principals: Principals, asking: readonly [string, string] | undefined): boolean {
  if (asking === undefined) return false;
  const [kind, name] = asking;
  if (principals === '*') return true;
  return listed(principals[kind]).some((text) => text === '*' || text === name);
}
