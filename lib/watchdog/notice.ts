/** Notices: what the watchdog says about services, as data. Pure. */
import { createHash } from 'node:crypto';
import { toIso } from '../time/index.ts';

/** What the watchdog finds wrong with a service. */
export const TROUBLES = ['halted', 'never-ran', 'overdue', 'unhealthy', 'unreadable'] as const;
/** One kind of trouble. */
export type TroubleKind = (typeof TROUBLES)[number];

/** The kinds of changes that the watchdog reports. */
export type ChangeKind = TroubleKind | 'recovered';

/** One change of one service. */
export interface Change {
  readonly service: string;
  readonly kind: ChangeKind;
  /**
   * Since when the trouble lasts, in epoch milliseconds; of `recovered`, since when the trouble that is over had
   * lasted.
   */
  readonly since: number;
  /** `service/kind/since`: equal for a repetition of the same change, so that receivers can drop it. */
  readonly id: string;
  /** What happened, in one sentence. */
  readonly happened: string;
  /** The cause as far as it is known, with credentials masked. */
  readonly cause?: string;
  /** What follows if nobody does anything. */
  readonly follows: string;
  /** The command that shows more, or mends it. */
  readonly command: string;
}

/** A message to people: one change, or all changes of a check that has many. */
export interface Notice {
  /** Equal for a repetition of the same notice. */
  readonly id: string;
  /** One line of printable ASCII, at most 100 characters. */
  readonly subject: string;
  /** Some lines of plain text. */
  readonly text: string;
  readonly changes: readonly Change[];
}

/** With more changes than this in one check, one notice names them all. */
export const MOST_NOTICES = 10;
const LONGEST_SUBJECT = 100;
/** How many changes a notice of many describes. It names all of them. */
const MOST_DETAILED = 25;

/** The notices of one check. `stack` names where the services run; it is part of every subject. */
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
  // The names come first: whoever cuts the text cuts details.
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

/** The id of a change. */
export function changeId({ service, kind, since }: Pick<Change, 'service' | 'kind' | 'since'>): string {
  return `${service}/${kind}/${toIso(since)}`;
}
