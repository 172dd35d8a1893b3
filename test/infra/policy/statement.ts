/**
 * The policy language of IAM as far as a stack of this project may use it, with every CloudFormation function resolved.
 */

/** Text, or a list of texts: IAM takes both wherever it takes a list. */
type OneOrMany = string | readonly string[];

/** What a statement demands of a request: operator, then key, then the values of which one has to fit. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, OneOrMany>>>>;

/** Who a statement of a trust or resource policy speaks of: `*`, or kind (`Service`, `AWS`) and names. */
export type Principals = '*' | Readonly<Record<string, OneOrMany>>;

/** A statement as it stands in a policy document. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: OneOrMany;
  /** Absent in a trust policy. */
  readonly Resource?: OneOrMany;
  /** Absent in a policy of an identity. */
  readonly Principal?: Principals;
  readonly Condition?: Conditions;
}

/** Fields that the evaluator can do. Another one in a statement is refused, so that none is passed over. */
const KNOWN = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition']);

/**
 * A statement read out of a resolved document.
 * @throws Error on a field that this reader doesn't know, such as NotAction
 */
export function readStatement(resolved: unknown): Statement {
  if (typeof resolved !== 'object' || resolved === null) throw new Error('statement: expected an object');
  const unknown = Object.keys(resolved).filter((field) => !KNOWN.has(field));
  if (unknown.length > 0) throw new Error(`statement: the evaluator can't judge ${unknown.join(', ')}`);
  return resolved as Statement;
}

/** The texts, as a list. */
export function listed(texts: OneOrMany | undefined): readonly string[] {
  return texts === undefined ? [] : [texts].flat();
}
