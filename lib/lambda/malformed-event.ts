/** The error of a malformed event, and the words for its faults. */

import type * as z from 'zod';
import { cut, escaped, isRecord, mask, showValue } from '../text/index.ts';

/** The error of an event that a handler can't read; nothing was done. */
export class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError';
  readonly code = 'malformed-event';
  readonly service: string;
  /** Each fault as `field: expected ..., got ...`. */
  readonly faults: readonly string[];

  constructor(service: string, faults: readonly string[]) {
    super(escaped(`${service}: the event is malformed: ${faults.join('; ')}; nothing was done`));
    this.service = service;
    this.faults = faults.map(escaped);
  }
}

/**
 * The largest number of faults that the message of the error lists. Their names and values are cut too, since an event
 * may have megabytes.
 */
const MOST_FAULTS = 10;
const SHOWN_BYTES = 97;
/** Makes the error of an event that a schema refuses. It names each faulty field, the expected and the given value. */
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

/** The value as the message of the error shows it; `none` if it is missing. */
export function brief(value: unknown): string {
  return value === undefined ? 'none' : shortened(showValue(value));
}

/** The words as the message of the error shows them: cut, and with credentials masked, since the message is logged. */
function shortened(words: string): string {
  const masked = mask(words);
  const short = cut(masked, SHOWN_BYTES);
  return short === masked ? masked : `${short}...`;
}
