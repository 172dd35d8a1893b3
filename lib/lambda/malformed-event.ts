import type * as z from 'zod';
import { cut, escaped, isRecord, mask, showValue, TickoverError } from '../text/index.ts';

/** Thrown for an event that is not of a known kind or has an invalid field. No service was run or changed. */
export class MalformedEventError extends TickoverError {
  override readonly name = 'MalformedEventError';
  readonly code = 'malformed-event';
  readonly service: string;
  readonly faults: readonly string[];

  constructor(service: string, faults: readonly string[]) {
    super(escaped(`${service}: the event is malformed: ${faults.join('; ')}; nothing was done`));
    this.service = service;
    this.faults = faults.map(escaped);
  }
}

/** The most faults that the message of a MalformedEventError lists. */
const MOST_FAULTS = 10;
/** The most bytes of a name or value in an error message, since an event may contain megabytes. */
const SHOWN_BYTES = 97;
/** Converts the issues that a zod schema found in an event to one error. */
export function malformed(service: string, event: object, issues: readonly z.core.$ZodIssue[]): MalformedEventError {
  const faults = issues.flatMap((issue) => faultsOf(issue, event));
  const first = faults.slice(0, MOST_FAULTS);
  const more = faults.length - first.length;
  return new MalformedEventError(service, more > 0 ? [...first, `and ${more} more`] : first);
}

function faultsOf(issue: z.core.$ZodIssue, event: object): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key, index) => (index < MOST_FAULTS ? strangerFault(key, event) : key));
  return [`${issue.path.join('.') || 'event'}: expected ${issue.message}, got ${brief(at(issue.path, event))}`];
}

function at(path: readonly PropertyKey[], event: unknown): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[String(key)] : undefined), event);
}

function strangerFault(key: string, event: object): string {
  return `${shortened(key)}: expected no such field, got ${brief(at([key], event))}`;
}

/** The value as text for an error message: cut to SHOWN_BYTES, with credentials masked; `none` for `undefined`. */
export function brief(value: unknown): string {
  return value === undefined ? 'none' : shortened(showValue(value));
}

function shortened(words: string): string {
  const masked = mask(words);
  const short = cut(masked, SHOWN_BYTES);
  return short === masked ? masked : `${short}...`;
}
