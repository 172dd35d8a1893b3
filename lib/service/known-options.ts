import { InvalidOptionsError, LIMITS, type LimitedOption, limitFaults, optionFault } from '../rules/index.ts';
import { escaped, isRecord, nearest, showValue } from '../text/index.ts';
import { isSchema } from './input/standard-schema.ts';

/** The type that the value of an option must have. `any` allows every value but null. */
export type Shape = 'function' | 'object' | 'list' | 'text' | 'flag' | 'schema' | 'any';

const SHAPES: Readonly<Record<Exclude<Shape, 'any'>, readonly [words: string, holds: (value: unknown) => boolean]>> = {
  function: ['a function', (value) => typeof value === 'function'],
  object: ['an object', (value) => isRecord(value)],
  list: ['a list', (value) => Array.isArray(value)],
  text: ['text', (value) => typeof value === 'string'],
  flag: ['true or false', (value) => typeof value === 'boolean'],
  schema: ['a schema (Standard Schema, version 1)', isSchema],
};

/**
 * The faults of an options object: unknown names, and values of the wrong type. An undefined value counts as absent.
 * @param prefix text before each name in the messages, such as `local.`
 */
export function shapeFaults(options: unknown, shapes: Readonly<Record<string, Shape>>, prefix = ''): string[] {
  if (!isRecord(options)) {
    return optionFault(false, prefix.slice(0, -1) || 'options', 'an object of options', showValue(options));
  }
  const known = Object.keys(shapes);
  return Object.entries(options).flatMap(([name, value]) => {
    const shape = known.includes(name) ? shapes[name] : undefined;
    if (shape === undefined) return unknownNameFault(`${prefix}${name}`, showValue(value), nearest(name, known));
    if (value === undefined || shape === 'any') return value === null ? nullFault(prefix, name) : [];
    const [words, holds] = SHAPES[shape];
    return holds(value) ? [] : optionFault(false, `${prefix}${name}`, words, showValue(value));
  });
}

/**
 * Refuses an options object that has unknown names or values of the wrong type.
 * @throws InvalidOptionsError which names every faulty option
 */
export function refuseOptions(subject: string, options: unknown, shapes: Readonly<Record<string, Shape>>): void {
  const faults = shapeFaults(options, shapes);
  if (faults.length > 0) throw new InvalidOptionsError(subject, faults);
}

/**
 * The error text for an unknown option or environment variable, in a list.
 * @param got the given value, in words
 * @param nearest a known name to suggest; `undefined` for no suggestion
 */
export function unknownNameFault(name: string, got: string, nearest: string | undefined): string[] {
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return [`${escaped(name)}: expected only known names, got ${got}${hint}`];
}

function nullFault(prefix: string, name: string): string[] {
  if (prefix === '' && Object.hasOwn(LIMITS, name)) return limitFaults(name as LimitedOption, null);
  return optionFault(false, `${prefix}${name}`, 'a value, or nothing at all', 'null');
}

/** `memorySize` is an option of the Lambda function, not of the service. */
const LIMITED = Object.keys(LIMITS).filter((name) => name !== 'memorySize');

/**
 * The types of the options of a service. An option with limits in `LIMITS` is `any` here, since its limits are checked
 * too.
 */
export const SERVICE_SHAPES: Readonly<Record<string, Shape>> = {
  ...Object.fromEntries(LIMITED.map((name) => [name, 'any'] as const)),
  cron: 'text',
  timezone: 'text',
  local: 'object',
  secrets: 'object',
  classify: 'function',
  printer: 'function',
  input: 'schema',
  prepare: 'function',
  workload: 'function',
};
/** The types of the options inside the option `local`. */
export const LOCAL_SHAPES: Readonly<Record<string, Shape>> = { interval: 'any' };
