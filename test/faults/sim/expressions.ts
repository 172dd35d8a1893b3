/**
 * The expressions of DynamoDB, as far as the store writes them: conditions of comparisons and functions joined by AND
 * and OR, and updates of SET and REMOVE on top-level attributes. Whatever else comes is refused, so that nothing is
 * judged by a guess.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item as it goes over the wire. */
export type MarshalledItem = Readonly<Record<string, AttributeValue>>;

/** What an expression's aliases stand for. */
export interface Bound {
  readonly names: Readonly<Record<string, string>>;
  readonly values: MarshalledItem;
}

type Evaluate<Result> = (item: MarshalledItem | undefined, bound: Bound) => Result;

/** An expression that was read, and the aliases in it. */
export interface Expression<Result> {
  readonly evaluate: Evaluate<Result>;
  readonly aliases: ReadonlySet<string>;
}

/** An expression that DynamoDB would not accept, or that this one doesn't know. */
export class InvalidExpressionError extends Error {
  override readonly name = 'InvalidExpressionError';
}

/** What an update leaves of an item; keys are none of its business. */
export type Changed = Readonly<Record<string, AttributeValue>>;

const conditions = new Map<string, Expression<boolean>>();
const updates = new Map<string, Expression<Changed>>();

/** The condition in a text; read once. */
export function conditionIn(text: string): Expression<boolean> {
  return remembered(conditions, text, (reader) => reader.condition());
}

/** The update in a text; read once. */
export function updateIn(text: string): Expression<Changed> {
  return remembered(updates, text, (reader) => reader.update());
}

function remembered<Result>(
  known: Map<string, Expression<Result>>,
  text: string,
  read: (reader: Reader) => Evaluate<Result>,
): Expression<Result> {
  const found = known.get(text);
  if (found !== undefined) return found;
  const reader = new Reader(text);
  const expression = { evaluate: read(reader), aliases: reader.aliases };
  reader.end();
  known.set(text, expression);
  return expression;
}

const TOKEN = /\s*(#\w+|:\w+|<=|>=|<>|[=<>(),+-]|[A-Za-z_]+)/y;

class Reader {
  readonly aliases = new Set<string>();
  readonly #text: string;
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    const token = new RegExp(TOKEN);
    for (let match = token.exec(text); match !== null; match = token.exec(text)) this.#tokens.push(match[1] ?? '');
    if (this.#tokens.join('').length !== text.replaceAll(/\s/g, '').length) throw this.#unknown();
  }

  end(): void {
    if (this.#next < this.#tokens.length) throw this.#unknown();
  }

  condition(): Evaluate<boolean> {
    const either = [this.#conjunction()];
    while (this.#takes('OR')) either.push(this.#conjunction());
    return (item, bound) => either.some((evaluate) => evaluate(item, bound));
  }

  #conjunction(): Evaluate<boolean> {
    const all = [this.#term()];
    while (this.#takes('AND')) all.push(this.#term());
    return (item, bound) => all.every((evaluate) => evaluate(item, bound));
  }

  #term(): Evaluate<boolean> {
    if (this.#takes('(')) {
      const inner = this.condition();
      this.#expect(')');
      return inner;
    }
    const token = this.#take();
    if (!token.startsWith('#')) return this.#call(token);
    const name = this.#alias(token);
    const comparison = COMPARISONS[this.#take()];
    if (comparison === undefined) throw this.#unknown();
    const value = this.#value();
    return (item, bound) => comparison(item?.[name(bound)], value(bound));
  }

  #call(called: string): Evaluate<boolean> {
    const judge = FUNCTIONS[called];
    if (judge === undefined) throw this.#unknown();
    this.#expect('(');
    const name = this.#alias(this.#take());
    const argument = this.#takes(',') ? this.#value() : undefined;
    this.#expect(')');
    return (item, bound) => judge(item?.[name(bound)], argument?.(bound));
  }

  update(): Evaluate<Changed> {
    const changes: ((item: MarshalledItem, bound: Bound, changed: Record<string, AttributeValue>) => void)[] = [];
    const named = new Set<string>();
    const target = () => {
      const token = this.#take();
      if (named.has(token)) throw new InvalidExpressionError(`two paths overlap at ${token}: ${this.#text}`);
      named.add(token);
      return this.#alias(token);
    };
    if (this.#takes('SET')) {
      do {
        const name = target();
        this.#expect('=');
        const sum = this.#sum();
        changes.push((item, bound, changed) => {
          changed[name(bound)] = sum(item, bound);
        });
      } while (this.#takes(','));
    }
    if (this.#takes('REMOVE')) {
      do {
        const name = target();
        changes.push((_item, bound, changed) => void delete changed[name(bound)]);
      } while (this.#takes(','));
    }
    return (item = {}, bound) => {
      const changed = { ...item };
      for (const change of changes) change(item, bound, changed);
      return changed;
    };
  }

  #sum(): (item: MarshalledItem, bound: Bound) => AttributeValue {
    const first = this.#operand();
    if (!this.#takes('+')) return first;
    const second = this.#operand();
    return (item, bound) => ({ N: String(numberOf(first(item, bound)) + numberOf(second(item, bound))) });
  }

  #operand(): (item: MarshalledItem, bound: Bound) => AttributeValue {
    const token = this.#take();
    if (token.startsWith(':')) {
      this.#next -= 1;
      const value = this.#value();
      return (_item, bound) => value(bound);
    }
    if (token !== 'if_not_exists') {
      const name = this.#alias(token);
      return (item, bound) => existing(item[name(bound)]);
    }
    this.#expect('(');
    const name = this.#alias(this.#take());
    this.#expect(',');
    const otherwise = this.#operand();
    this.#expect(')');
    return (item, bound) => item[name(bound)] ?? otherwise(item, bound);
  }

  #alias(token: string): (bound: Bound) => string {
    if (!token.startsWith('#')) throw this.#unknown();
    this.aliases.add(token);
    return ({ names }) => {
      const name = names[token];
      if (name === undefined) throw new InvalidExpressionError(`${token} stands for nothing: ${this.#text}`);
      return name;
    };
  }

  #value(): (bound: Bound) => AttributeValue {
    const token = this.#take();
    if (!token.startsWith(':')) throw this.#unknown();
    this.aliases.add(token);
    return ({ values }) => {
      const value = values[token];
      if (value === undefined) throw new InvalidExpressionError(`${token} stands for nothing: ${this.#text}`);
      return value;
    };
  }

  #take(): string {
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw this.#unknown();
    return token;
  }

  #takes(token: string): boolean {
    const taken = this.#tokens[this.#next] === token;
    if (taken) this.#next += 1;
    return taken;
  }

  #expect(token: string): void {
    if (!this.#takes(token)) throw this.#unknown();
  }

  #unknown(): InvalidExpressionError {
    return new InvalidExpressionError(`not understood: ${this.#text}`);
  }
}

type Judge = (attribute: AttributeValue | undefined, value: AttributeValue | undefined) => boolean;

/** A comparison with a missing attribute, or with one of another type, is false; but `<>` is the negation of `=`. */
const COMPARISONS: Readonly<Record<string, Judge>> = {
  '=': (attribute, value) => order(attribute, value) === 0,
  '<>': (attribute, value) => order(attribute, value) !== 0,
  '<': (attribute, value) => (order(attribute, value) ?? 0) < 0,
  '<=': (attribute, value) => (order(attribute, value) ?? 1) <= 0,
  '>': (attribute, value) => (order(attribute, value) ?? 0) > 0,
  '>=': (attribute, value) => (order(attribute, value) ?? -1) >= 0,
};

const FUNCTIONS: Readonly<Record<string, Judge>> = {
  attribute_exists: (attribute) => attribute !== undefined,
  attribute_not_exists: (attribute) => attribute === undefined,
  attribute_type: (attribute, value) => attribute !== undefined && value?.S !== undefined && value.S in attribute,
  begins_with: (attribute, value) => value?.S !== undefined && attribute?.S?.startsWith(value.S) === true,
};

/** How two values of one type lie to each other; `undefined` if they can't be compared. */
function order(one: AttributeValue | undefined, other: AttributeValue | undefined): number | undefined {
  if (one?.N !== undefined && other?.N !== undefined) return Math.sign(Number(one.N) - Number(other.N));
  if (one?.S !== undefined && other?.S !== undefined) return Buffer.compare(Buffer.from(one.S), Buffer.from(other.S));
  return undefined;
}

function numberOf(value: AttributeValue): number {
  if (value.N === undefined) throw new InvalidExpressionError('an operand of + is no number');
  return Number(value.N);
}

function existing(value: AttributeValue | undefined): AttributeValue {
  if (value === undefined) throw new InvalidExpressionError('the update refers to an attribute that the item lacks');
  return value;
}
