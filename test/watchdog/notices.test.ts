import { describe, expect, test } from 'vitest';
import { UnreadableStateError } from '../../lib/service/index.ts';
import { changeOf } from '../../lib/watchdog/change-texts.ts';
import type { WatchedService } from '../../lib/watchdog/index.ts';
import { type Change, noticesOf } from '../../lib/watchdog/notice.ts';
import { failing, halted, MINUTE, NOON, state, ticked, watched } from './check-kit.ts';

const deployed = { stack: 'TickoverProd', logicalId: 'pollFunction1A2B' };
const POLL: WatchedService = { ...watched('poll', MINUTE), deployed };

function change(over: Partial<Parameters<typeof changeOf>[0]> = {}): Change {
  const found = over.judgement?.found ?? halted(NOON);
  return changeOf({
    watched: POLL,
    judgement: { finding: 'well', found, running: false, now: NOON },
    owed: { kind: 'halted', since: NOON + 1_000 },
    ...over,
  });
}

const judged = (found: ReturnType<typeof ticked> | UnreadableStateError) =>
  ({ finding: 'well', found, running: false, now: NOON }) as const;
const text = (each: Change) => noticesOf([each], 'TickoverProd')[0]?.text.split('\n') ?? [];

test('a halt: what happened, its cause, what follows, and the command that resumes the service', () => {
  const until = halted(NOON, { halt: { at: NOON + 1_000, until: NOON + 15 * MINUTE, cause: 'TypeError: no' } });
  const { subject, id } = noticesOf([change({ judgement: judged(until) })], 'TickoverProd')[0] ?? {};

  expect([subject, id]).toEqual(['TickoverProd: poll is halted', 'poll/halted/2025-10-09T12:00:01.000Z']);
  expect(text(change({ judgement: judged(until) }))).toEqual([
    'poll is halted since 2025-10-09T12:00:01.000Z: it has stopped running.',
    'Cause: TypeError: no',
    'What follows: Every tick is skipped until its probe at 2025-10-09T12:15:00.000Z, a resume, or a changed build.',
    'Command: aws lambda invoke --function-name "$(aws cloudformation describe-stack-resource --stack-name TickoverProd ' +
      '--logical-resource-id pollFunction1A2B --query StackResourceDetail.PhysicalResourceId --output text)" ' +
      '--cli-read-timeout 0 --cli-binary-format raw-in-base64-out --payload \'{"action":"resume"}\' /dev/stdout',
    '',
    'Stack: TickoverProd',
    'Id: poll/halted/2025-10-09T12:00:01.000Z',
  ]);
});

test('a halt that only a person ends says so', () => {
  expect(change().follows).toBe('Every tick is skipped until a person resumes it or a changed build is deployed.');
});

describe('the sentences of the other changes', () => {
  test.each([
    ['failures', 'unhealthy', failing(NOON, 3), 'poll is failing: its last 3 runs failed.', 'status'],
    [
      'a backoff',
      'unhealthy',
      state({ streak: 1, backoffCount: 1, notBefore: NOON + 4 * MINUTE }),
      'poll is failing: its last run failed, and it backs off until 2025-10-09T12:04:00.000Z.',
      'status',
    ],
    [
      'a missing tick',
      'overdue',
      ticked(NOON),
      'poll is overdue: its tick of 2025-10-09T12:00:01.000Z has left no trace.',
      'run-once',
    ],
    [
      'a crashed run that nobody took over from',
      'overdue',
      state({ fence: 10, lease: { owner: 'o', until: NOON, tick: NOON - MINUTE } }),
      'poll is overdue: run 10, for the tick of 2025-10-09T11:59:00.000Z, never ended (its lease ended at ' +
        '2025-10-09T12:00:00.000Z), and no run has followed, though one was due at 2025-10-09T12:00:01.000Z.',
      'run-once',
    ],
    [
      'a service that never ran',
      'never-ran',
      state({}),
      'poll has never run, though it was due at 2025-10-09T12:00:01.000Z.',
      'run-once',
    ],
    [
      'a recovery',
      'recovered',
      ticked(NOON + 5 * MINUTE),
      'poll has recovered: a run succeeded at 2025-10-09T12:05:01.000Z, after it had been halted since ' +
        '2025-10-09T12:00:01.000Z.',
      'status',
    ],
  ] as const)('%s', (_what, kind, found, happened, action) => {
    const made = change({ judgement: judged(found), owed: { kind, since: NOON + 1_000, was: 'halted' } });

    expect(made.happened).toBe(happened);
    expect(made.command).toContain(`'{"action":"${action}"}'`);
  });

  test('an unreadable state is told in the words of its error, with the command that repairs it', () => {
    const found = new UnreadableStateError('state-damaged', 'poll', 'its state is damaged: done');
    const made = change({ judgement: judged(found), owed: { kind: 'unreadable', since: NOON } });

    expect(made).toMatchObject({
      happened: 'poll does not run, since its stored state cannot be read.',
      cause: found.message,
      command: 'npx tickover repair poll',
    });
  });

  test('on one machine the command is the one of that machine', () => {
    expect(change({ watched: watched('poll', MINUTE) }).command).toBe('npx tickover invoke poll resume');
  });
});

describe('a subject', () => {
  test('is one line of printable ASCII, at most 100 characters, as SNS demands', () => {
    const [notice] = noticesOf([change()], `Stäck\n${'x'.repeat(120)}`);

    expect(notice?.subject).toMatch(/^St\?ck\?x+$/);
    expect(notice?.subject).toHaveLength(100);
  });

  test('of many changes counts them by kind', () => {
    const many = [...new Array(9).fill(change()), change({ owed: { kind: 'overdue', since: NOON } }), change()];

    expect(noticesOf(many, 'Prod').map(({ subject }) => subject)).toEqual([
      'Prod: 11 services changed: 10 halted, 1 overdue',
    ]);
  });
});

describe('of a service that shares its function with a group', () => {
  const grouped = { ...POLL, deployed: { ...deployed, group: 'small' } };

  test('the command names the service', () => {
    expect(change({ watched: grouped }).command).toContain(
      `--payload '{"service":"poll","action":"resume"}' /dev/stdout`,
    );
  });

  test.each(['never-ran', 'overdue'] as const)('the cause of %s may be the group', (kind) => {
    const owed = { kind, since: NOON };

    expect(change({ watched: grouped, owed, judgement: judged(state({})) }).cause).toBe(
      'no start is stored: its schedule may be disabled, Scheduler may not reach it, or its code, or that of its whole ' +
        'group small, cannot be loaded',
    );
  });
});
