/** Checks the input of a run by hand with the schema of its service. */
import { cut, mask, readProperty, summarizeError, tryRead } from '../../text/index.ts';
import { type Clock, withTimeLimit } from '../../time/index.ts';
import type { Service } from '../service.ts';
import { INPUT_LIMIT } from '../time-budget.ts';

/** One reason for which an input was refused, with credentials masked. */
export interface InputIssue {
  /** Where in the input the fault is, such as `pages.0.url`; empty for the input as a whole. */
  readonly path: string;
  readonly message: string;
}

/** The result of a check: the input as the schema returned it, or the reasons for which it was refused. */
export type CheckedInput =
  | { readonly accepted: true; readonly value: unknown }
  | {
      readonly accepted: false;
      /** The first reasons, at most 10. */
      readonly issues: readonly InputIssue[];
      /** How many further reasons there are. */
      readonly more: number;
    };

/** The most issues that an answer lists: an input of megabytes may have thousands. */
const MOST_ISSUES = 10;
/** The largest size of the message of an issue, in bytes of UTF-8. */
const MESSAGE_BYTES = 400;
/** The largest size of the path of an issue, in bytes of UTF-8. */
const PATH_BYTES = 97;
/** The most keys of a path that are read. */
const MOST_KEYS = 32;

/**
 * Checks the input of a run by hand. If a run has none, `given` is `undefined`, and the schema decides whether that is
 * allowed. A service without a schema takes no input. It never throws: a schema that throws, or gives no answer within
 * 2 s, refuses the input. Only a schema that blocks the process can't be stopped; the invocation ends with it.
 */
export async function checkInput(service: Service, given: unknown, clock: Clock): Promise<CheckedInput> {
  const schema = service.input;
  if (schema === undefined) {
    return given === undefined
      ? { accepted: true, value: undefined }
      : refused('expected none, since the service has no option `input`');
  }
  try {
    const result: unknown = await withTimeLimit(clock, INPUT_LIMIT, async () => schema['~standard'].validate(given));
    const issues = readProperty(result, 'issues');
    if (issues) return lengthOf(issues) > 0 ? { accepted: false, ...bounded(issues) } : refused('refused');
    if (typeof result === 'object' && result !== null) return { accepted: true, value: readProperty(result, 'value') };
    return refused('the schema gave neither a value nor issues');
  } catch (error) {
    const { errorClass, message } = summarizeError(error, clock.now());
    return refused(`the schema failed: ${errorClass}: ${message}`);
  }
}

function refused(message: string): CheckedInput {
  return { accepted: false, issues: [{ path: '', message: shown(message, MESSAGE_BYTES) }], more: 0 };
}

function bounded(issues: unknown): { readonly issues: readonly InputIssue[]; readonly more: number } {
  const count = lengthOf(issues);
  const first = Math.min(count, MOST_ISSUES);
  return {
    issues: Array.from({ length: first }, (_, index) => issueOf(readProperty(issues, String(index)))),
    more: count - first,
  };
}

function issueOf(issue: unknown): InputIssue {
  const message = readProperty(issue, 'message');
  const path = readProperty(issue, 'path');
  const keys = Array.from({ length: Math.min(lengthOf(path), MOST_KEYS) }, (_, index) =>
    keyOf(readProperty(path, String(index))),
  );
  return {
    path: shown(keys.join('.'), PATH_BYTES),
    message: shown(typeof message === 'string' ? message : 'refused', MESSAGE_BYTES),
  };
}

function keyOf(part: unknown): string {
  const key = typeof part === 'object' ? readProperty(part, 'key') : part;
  return tryRead(() => String(key)) ?? '';
}

function lengthOf(list: unknown): number {
  const length = Array.isArray(list) ? readProperty(list, 'length') : 0;
  return typeof length === 'number' ? length : 0;
}

function shown(text: string, bytes: number): string {
  return cut(mask(text), bytes);
}
