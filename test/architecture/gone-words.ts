/**
 * The words that went from names, each with the words instead; and the names that keep one, each with the reason. Data.
 */

/** A word that names no longer have, in all its forms. A form of two words is found where they stand side by side. */
export interface GoneWord {
  readonly forms: readonly string[];
  readonly instead: string;
}

/** Names that may keep a gone word. */
export interface Exception {
  /**
   * Identifiers as they are written, and paths from the project's root; a path that ends in a slash stands for all
   * below it. An identifier behind a path and a colon may be in that file alone.
   */
  readonly names?: readonly string[];
  /** Words that stand side by side in a name, and are part of a term. */
  readonly term?: string;
  readonly reason: string;
}

export const GONE_WORDS: readonly GoneWord[] = [
  { forms: ['tell', 'tells', 'told', 'untold', 'telling'], instead: 'notify, log, print, return or report' },
  { forms: ['say', 'says', 'said', 'unsaid', 'saying'], instead: 'log, print, return or report' },
  { forms: ['hear', 'hears', 'heard', 'unheard', 'hearing'], instead: 'receive, observe; `describesService`' },
  { forms: ['announce', 'announces', 'announced', 'announcing', 'announcement'], instead: 'notify, log or print' },
  { forms: ['story', 'stories'], instead: '`TickEvent`; in tests scenario or case' },
  { forms: ['ledger', 'ledgers'], instead: '`applyRuns`; in tests list or account' },
  { forms: ['book', 'books', 'booked', 'unbooked', 'booking', 'bookings'], instead: 'count; `crashedRuns`' },
  { forms: ['enter', 'enters', 'entered', 'entering'], instead: '`applyRun`, add' },
  { forms: ['note', 'notes', 'noted', 'noting'], instead: 'remember, record or add' },
  { forms: ['conclude', 'concludes', 'concluded', 'concluding', 'conclusion'], instead: '`commitRun`, finish' },
  { forms: ['give back', 'gives back', 'gave back', 'given back', 'giving back'], instead: '`release`, yield' },
  { forms: ['tick run', 'tick runs'], instead: '`TickContext`' },
  { forms: ['in time', 'insist', 'insists', 'insisted', 'insisting'], instead: 'write deadline, `retryUntilEnd`' },
  { forms: ['enclose', 'encloses', 'enclosed', 'enclosing', 'enclosure', 'enclosures'], instead: '`RunScope`' },
  { forms: ['leftover', 'leftovers'], instead: '`StrayErrors`' },
  { forms: ['plain', 'plainly'], instead: '`toJson`' },
  { forms: ['tellable', 'untellable'], instead: '`toBoundedJson`' },
  { forms: ['thrown'], instead: 'error or value' },
  { forms: ['look', 'looks', 'looked', 'looking'], instead: '`tryRead`, check, read' },
  { forms: ['memo', 'memos'], instead: '`ErrorSummary`' },
  { forms: ['settle', 'settles', 'settled', 'settling', 'settlement'], instead: '`applyRun`' },
  { forms: ['sound', 'soundness', 'unsound'], instead: '`validateItem`, valid' },
  { forms: ['wire', 'wires', 'wired', 'wiring'], instead: '`ItemAccess`' },
  { forms: ['operate', 'operates', 'operated', 'operating'], instead: 'pause and resume' },
  { forms: ['rewrite', 'rewrites', 'rewritten', 'rewriting'], instead: '`replaceItem`' },
  { forms: ['translate', 'translates', 'translated', 'translation', 'translations'], instead: 'marshalling' },
  { forms: ['bookmark', 'bookmarks', 'bookmarked'], instead: 'cursor' },
  { forms: ['watch', 'watches', 'watching', 'watcher', 'watchers'], instead: 'watchdog, check' },
  { forms: ['die', 'dies', 'died', 'dying', 'dead', 'death', 'deaths'], instead: 'crash, crashed' },
];

/** A run's time has one home: there alone may a constant of lib, infra or functions be named by one of these. */
export const TIME_BUDGET = {
  file: 'lib/service/time-budget.ts',
  words: ['grace', 'slack', 'patience', 'margin', 'reserve'],
  /** Rooms that wait for sockets, processes and databases of one machine, which is no part of a run's time. */
  otherWaits: ['lib/cli/', 'lib/local/', 'lib/metrics/'],
} as const;

export const EXCEPTIONS: readonly Exception[] = [
  { names: ['crashesBooked', 'bookedAt'], reason: 'fields of log lines, answers and observers, which users read' },
  {
    names: [
      'watchServices',
      'functions/watch-services.ts',
      'lib/services/watch-services.ts',
      'test/services/watch-services.test.ts',
      'test/services/watch-services.process.test.ts',
    ],
    reason: 'the service watch-services, whose name is in stored state, alarms and metrics',
  },
  { names: ['grantOperate'], reason: 'a method of constructs that users call' },
  { names: ['allSettled', 'settled', 'isSettled'], reason: "JavaScript's own word for a promise that has ended" },
  { term: 'cloud watch', reason: 'the AWS service CloudWatch' },
  { term: 'point in time', reason: 'the DynamoDB term for backups to any second' },
  { term: 'dead letter', reason: 'the AWS term for a queue of events that were not handled' },
  {
    names: ['test/faults/thrown/', 'thrownFaults', 'test/faults/command.ts: thrown'],
    reason: 'the part `thrown` of the fault suite, which users name on its command line',
  },
  {
    names: [
      'test/faults/wire/',
      'test/faults/wire/wire-faults.ts',
      'test/faults/wire/wire.test.ts',
      'wireFaults',
      'test/faults/command.ts: wire',
    ],
    reason: 'the part `wire` of the fault suite, which users name on its command line',
  },
  {
    names: ['test/faults/absences/absences.ts: thrown'],
    reason: 'a figure of the fault suite, under which docs/reliability.md quotes it',
  },
  { names: ['watch'], reason: 'an option of vitest' },
  { term: 'wire proxy', reason: 'the network wire between a process and DynamoDB' },
  { term: 'over the wire', reason: 'the network wire between a process and DynamoDB' },
];
