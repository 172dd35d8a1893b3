/**
 * The known names of options, and the shape of the value of each. An unknown name is refused, and the message suggests
 * the nearest known one.
 */
import { InvalidOptionsError, LIMITS, type LimitedOption, limitFaults, optionFault } from '../rules/index.ts';
import { escaped, isRecord, nearest, showValue } from '../text/index.ts';

/**
 * The shape that the value of an option must have. `any` accepts every value but null; the caller judges such a value
 * by another check, such as that of `LIMITS`.
 */
export type Shape = 'function' | 'object' | 'list' | 'text' | 'flag' | 'any';

const SHAPES: Readonly<Record<Exclude<Shape, 'any'>, readonly [words: string, holds: (value: unknown) => boolean]>> = {
  function: ['a function', (value) => typeof value === 'function'],
  object: ['an object', (value) => isRecord(value)],
  list: ['a list', (value) => Array.isArray(value)],
  text: ['text', (value) => typeof value === 'string'],
  flag: ['true or false', (value) => typeof value === 'boolean'],
};

/**
 * The faults of an object of options: unknown names, and values that don't have the shape in `shapes`. An option that
 * is undefined counts as absent.
 * @param prefix the text that messages put before each name, such as `local.`
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
 * Checks the names and the shapes of an object of options.
 * @throws InvalidOptionsError which names every option that is unknown or doesn't have its shape in `shapes`
 */
export function refuseOptions(subject: string, options: unknown, shapes: Readonly<Record<string, Shape>>): void {
  const faults = shapeFaults(options, shapes);
  if (faults.length > 0) throw new InvalidOptionsError(subject, faults);
}

/**
 * The fault of an option or an environment variable with an unknown name. The message contains `got`, the given value
 * in words, and suggests the known name `nearest`, if there is one.
 */
export function unknownNameFault(name: string, got: string, nearest: string | undefined): string[] {
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return [`${escaped(name)}: expected only known names, got ${got}${hint}`];
}

/** The fault of an option whose value is null. Null doesn't count as an absent option. */
function nullFault(prefix: string, name: string): string[] {
  if (prefix === '' && Object.hasOwn(LIMITS, name)) return limitFaults(name as LimitedOption, null);
  return optionFault(false, `${prefix}${name}`, 'a value, or nothing at all', 'null');
}

/**
 * The names of a service's options that have limits. `memorySize` has limits too, but is an option of the Lambda
 * function that runs the service.
 */
const LIMITED = Object.keys(LIMITS).filter((name) => name !== 'memorySize');

/** The shapes of the options of a service. An option that has limits is `any` here, since its limits judge it. */
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
/** The shapes of the options in `local`, which replace those of the service under `npm start`. */
export const LOCAL_SHAPES: Readonly<Record<string, Shape>> = { interval: 'any' };
