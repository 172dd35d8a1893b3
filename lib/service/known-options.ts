/**
 * The known names of options, and the shape of each value. An unknown name is refused, and the message suggests the
 * nearest known one.
 */
import { InvalidOptionsError, LIMITS, type LimitedOption, limitFaults, optionFault } from '../rules/index.ts';
import { escaped, isRecord, nearest, showValue } from '../text/index.ts';

/** The shape of an option that has no limits; `any` where something else judges it. */
export type Shape = 'function' | 'object' | 'list' | 'text' | 'flag' | 'any';

const SHAPES: Readonly<Record<Exclude<Shape, 'any'>, readonly [words: string, holds: (value: unknown) => boolean]>> = {
  function: ['a function', (value) => typeof value === 'function'],
  object: ['an object', (value) => isRecord(value)],
  list: ['a list', (value) => Array.isArray(value)],
  text: ['text', (value) => typeof value === 'string'],
  flag: ['true or false', (value) => typeof value === 'boolean'],
};

/**
 * The faults of an object of options: names that are unknown, and values of another shape. An option that is undefined
 * is left out.
 * @param prefix stands before the names, such as `local.`
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
 * Refuses an object of options.
 * @throws InvalidOptionsError which names every option that is unknown or of another shape
 */
export function refuseOptions(subject: string, options: unknown, shapes: Readonly<Record<string, Shape>>): void {
  const faults = shapeFaults(options, shapes);
  if (faults.length > 0) throw new InvalidOptionsError(subject, faults);
}

/** The fault of a name that nothing knows, with the nearest name that something does. */
export function unknownNameFault(name: string, got: string, nearest: string | undefined): string[] {
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return [`${escaped(name)}: expected only known names, got ${got}${hint}`];
}

/** A null is no option that was left out. */
function nullFault(prefix: string, name: string): string[] {
  if (prefix === '' && Object.hasOwn(LIMITS, name)) return limitFaults(name as LimitedOption, null);
  return optionFault(false, `${prefix}${name}`, 'a value, or nothing at all', 'null');
}

/** `memorySize` is an option of the function that runs a service. */
const LIMITED = Object.keys(LIMITS).filter((name) => name !== 'memorySize');

/** The options of a service; those with limits are judged by these. */
export const SERVICE_SHAPES: Readonly<Record<string, Shape>> = {
  ...Object.fromEntries(LIMITED.map((name) => [name, 'any'] as const)),
  cron: 'text',
  timezone: 'text',
  local: 'object',
  classify: 'function',
  printer: 'function',
  prepare: 'function',
  workload: 'function',
};
/** The options that differ on one machine. */
export const LOCAL_SHAPES: Readonly<Record<string, Shape>> = { interval: 'any' };
