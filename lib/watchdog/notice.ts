import { createHash } from 'node:crypto';
import { toIso } from '../time/index.ts';

/** The kinds of trouble that the watchdog finds in services. */
export const TROUBLES = ['halted', 'never-ran', 'overdue', 'unhealthy', 'unreadable'] as const;
/** The kind of a trouble. */
export type TroubleKind = (typeof TROUBLES)[number];

/** The kinds of changes that the watchdog reports: a kind of trouble begins, or a trouble ends (`recovered`). */
export type ChangeKind = TroubleKind | 'recovered';

/** A change of one service: a trouble begins or ends. */
export interface Change {
  readonly service: string;
  readonly kind: ChangeKind;
  /** When the trouble began, in epoch milliseconds, also in a change of kind `recovered`. */
  readonly since: number;
  /**
   * `service/kind/since`, with `since` in ISO 8601. A change that is sent twice has the same id, so that receivers can
   * drop the second.
   */
  readonly id: string;
  /** What happened to the service, in one sentence. */
  readonly happened: string;
  /** The cause of the trouble, with credentials masked; absent if it is unknown, and for `recovered`. */
  readonly cause?: string;
  /** What the service does next if nobody acts. */
  readonly follows: string;
  /** A shell command that shows more about the service or mends the trouble. */
  readonly command: string;
}

/** A message to people about one change, or about all changes of a check that found more than `MOST_NOTICES`. */
export interface Notice {
  /** The id of the notice. If the same changes are sent again, the id is the same. */
  readonly id: string;
  /** The subject of the message: one line of at most 100 printable ASCII characters. */
  readonly subject: string;
  /** The body of the message: lines of plain text. */
  readonly text: string;
  readonly changes: readonly Change[];
}

/**
 * The largest number of changes in one check for which each change is a notice of its own. More changes are one notice
 * together.
 */
export const MOST_NOTICES = 10;
const LONGEST_SUBJECT = 100;
/**
 * The largest number of changes that one notice describes in full. Of further changes the notice names only the
 * services.
 */
const MOST_DETAILED = 25;

/** Returns the notices that one sender sends about these changes. Every subject contains `stack`. */
export function noticesOf(changes: readonly Change[], stack: string): readonly Notice[] {
  return changes.length > MOST_NOTICES ? [groupNotice(changes, stack)] : changes.map((each) => notice(each, stack));
}

const IS: Readonly<Record<ChangeKind, string>> = {
  halted: 'is halted',
  'never-ran': 'has never run',
  overdue: 'is overdue',
  unhealthy: 'is failing',
  unreadable: 'has an unreadable state',
  recovered: 'has recovered',
};

function notice(change: Change, stack: string): Notice {
  const { id, service, kind } = change;
  return {
    id,
    subject: subject(`${stack}: ${service} ${IS[kind]}`),
    text: [...linesOf(change), '', `Stack: ${stack}`, `Id: ${id}`].join('\n'),
    changes: [change],
  };
}

function groupNotice(changes: readonly Change[], stack: string): Notice {
  const kinds = [...new Set(changes.map(({ kind }) => kind))];
  const counts = kinds.map((kind) => `${changes.filter((each) => each.kind === kind).length} ${kind}`).join(', ');
  const ids = changes.map((each) => each.id).join('\n');
  // The names of services come first, since a receiver may cut the text at its end.
  const names = kinds.map((kind) => `${kind}: ${namesOf(changes, kind).join(', ')}`);
  const detailed = changes.slice(0, MOST_DETAILED);
  const rest = changes.length - detailed.length;
  const id = `${changes.length} services/${createHash('sha256').update(ids).digest('base64url').slice(0, 16)}`;
  const summary = `${changes.length} services changed: ${counts}`;
  return {
    id,
    subject: subject(`${stack}: ${summary}`),
    text: [
      `${summary}.`,
      '',
      ...names,
      ...detailed.flatMap((each) => ['', ...linesOf(each)]),
      ...(rest === 0 ? [] : ['', `${rest} more: the log of the watchdog has each.`]),
      '',
      `Stack: ${stack}`,
    ].join('\n'),
    changes,
  };
}

function namesOf(changes: readonly Change[], kind: ChangeKind): string[] {
  return changes.filter((each) => each.kind === kind).map(({ service }) => service);
}

function linesOf({ happened, cause, follows, command }: Change): string[] {
  return [
    happened,
    ...(cause === undefined ? [] : [`Cause: ${cause}`]),
    `What follows: ${follows}`,
    `Command: ${command}`,
  ];
}

function subject(text: string): string {
  return text.replaceAll(/[^ -~]/g, '?').slice(0, LONGEST_SUBJECT);
}

/** Returns the id of a change: `service/kind/since`, with `since` in ISO 8601. */
export function changeId({ service, kind, since }: Pick<Change, 'service' | 'kind' | 'since'>): string {
  return `${service}/${kind}/${toIso(since)}`;
}
