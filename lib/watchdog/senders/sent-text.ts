/** What receivers get of a notice, bounded, in forms that each of them takes. */
import { cut, escaped } from '../../text/index.ts';
import { toIso } from '../../time/index.ts';
import type { Change } from '../notice.ts';

/** The longest text of a change in JSON, in bytes of UTF-8. */
const LONGEST_FIELD = 1_500;
/** SNS refuses longer subjects. */
const LONGEST_SUBJECT = 100;

/** A change as JSON: instants in ISO 8601, texts bounded. */
export function changeJson({ service, kind, since, id, happened, cause, follows, command }: Change) {
  return {
    ...{ id, service, kind, since: toIso(since) },
    happened: cut(happened, LONGEST_FIELD),
    ...(cause === undefined ? {} : { cause: cut(cause, LONGEST_FIELD) }),
    follows: cut(follows, LONGEST_FIELD),
    command: cut(command, LONGEST_FIELD),
  };
}

/** The text as one line of at most 100 printable ASCII characters that doesn't begin with a space. */
export function asciiSubject(text: string): string {
  const printable = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^ -~]/gu, '?');
  return printable.trim().slice(0, LONGEST_SUBJECT) || 'Tickover';
}

/** The text with its control characters made visible, except ends of lines, in at most `most` bytes of UTF-8. */
export function visibleText(text: string, most: number): string {
  return cut(text.split(/\r?\n/).map(escaped).join('\n'), most);
}
