import { cut, escaped } from '../../text/index.ts';
import { toIso } from '../../time/index.ts';
import type { Change } from '../notice.ts';

const LONGEST_FIELD = 1_500;
/** The longest subject that SNS accepts, in characters. */
const LONGEST_SUBJECT = 100;

/** Returns a change as an object for JSON. `since` is in ISO 8601, and long texts are cut. */
export function changeJson({ service, kind, since, id, happened, cause, follows, command }: Change) {
  return {
    ...{ id, service, kind, since: toIso(since) },
    happened: cut(happened, LONGEST_FIELD),
    ...(cause === undefined ? {} : { cause: cut(cause, LONGEST_FIELD) }),
    follows: cut(follows, LONGEST_FIELD),
    command: cut(command, LONGEST_FIELD),
  };
}

/** Returns the text as one line of at most 100 printable ASCII characters; 'Tickover' if no character is left. */
export function asciiSubject(text: string): string {
  const printable = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^ -~]/gu, '?');
  return printable.trim().slice(0, LONGEST_SUBJECT) || 'Tickover';
}

/** Cuts the text to `most` bytes of UTF-8, and escapes its control characters except ends of lines. */
export function visibleText(text: string, most: number): string {
  return cut(text.split(/\r?\n/).map(escaped).join('\n'), most);
}
