/**
 * Whether a request meets a statement's conditions. Operators that aren't listed here are refused, never passed over.
 */
import { type Conditions, listed } from './statement.ts';

/**
 * What a request tells of itself. A key that the service doesn't set for it is absent; `dynamodb:LeadingKeys` is a
 * list.
 */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

type Fits = (value: string, wanted: string) => boolean;

const OPERATORS: Readonly<Record<string, { readonly fits: Fits; readonly negated?: true }>> = {
  StringEquals: { fits: (value, wanted) => value === wanted },
  StringNotEquals: { fits: (value, wanted) => value === wanted, negated: true },
  StringLike: { fits: likeText },
  StringNotLike: { fits: likeText, negated: true },
  ArnEquals: { fits: likeArn },
  ArnLike: { fits: likeArn },
  Bool: { fits: (value, wanted) => value.toLowerCase() === wanted.toLowerCase() },
};

/** Every operator and every key of it has to hold; of the values of a key, one is enough. */
export function conditionsHold(conditions: Conditions | undefined, context: RequestContext): boolean {
  return Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, listed(wanted), valuesOf(context, key))),
  );
}

/** `undefined` where the request has no such key. Names of keys ignore case. */
function valuesOf(context: RequestContext, key: string): readonly string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : listed(found[1]);
}

function holds(operator: string, wanted: readonly string[], values: readonly string[] | undefined): boolean {
  if (operator === 'Null') return wanted.some((absent) => (absent === 'true') === ((values ?? []).length === 0));
  const [, quantifier, comparison = '', ifExists] =
    /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const known = OPERATORS[comparison];
  if (known === undefined) throw new Error(`condition: the evaluator can't judge ${operator}`);
  const { fits, negated = false } = known;
  const one = (value: string) => wanted.some((text) => fits(value, text)) !== negated;
  // The trap: "all values fit" is true of a request that has none.
  if (quantifier === 'ForAllValues:') return (values ?? []).every(one);
  if (quantifier === 'ForAnyValue:') return (values ?? []).some(one);
  if (values === undefined) return ifExists !== undefined || negated;
  const [value, ...others] = values;
  if (others.length > 0) throw new Error(`condition: ${operator} can't judge a key with several values`);
  return value !== undefined && one(value);
}

/** Text with `*` for any characters and `?` for one. */
export function likeText(value: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(value);
}

/** An ARN's six parts are compared one by one: a `*` in one doesn't reach into the next. */
function likeArn(value: string, pattern: string): boolean {
  const [parts, wanted] = [partsOf(value), partsOf(pattern)];
  return parts.length === wanted.length && parts.every((part, index) => likeText(part, wanted[index] ?? ''));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
