import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureShown, shownAs } from '../../lib/local/display/display.ts';
import { type LogLine, readLogLine, type TickLine } from '../../lib/local/display/log-line.ts';
import { columnsOf } from '../../lib/text/columns.ts';

const STARTED = Date.UTC(2026, 10, 22, 3, 14, 17, 500);

const tick = (fields: Partial<TickLine>): LogLine => ({
  kind: 'tick',
  tick: {
    message: 'tick',
    service: 'mark-late-runs',
    tick: Date.UTC(2026, 10, 22, 3, 14, 15),
    startedAt: STARTED,
    disposition: 'ran',
    streak: 0,
    backoffCount: 0,
    lastSuccess: null,
    nextDue: Date.UTC(2026, 10, 22, 3, 14, 20),
    ...fields,
  },
});

describe('a tick', () => {
  test.each([
    [
      { outcome: 'succeeded', durationMs: 12 },
      '03:14:17  mark-late-runs                  succeeded             12ms  streak 0      next 03:14:20',
    ],
    [
      { outcome: 'failed', durationMs: 2_400, streak: 3 },
      '03:14:17  mark-late-runs                  failed                2.4s  streak 3      next 03:14:20',
    ],
    [
      { outcome: 'fatal', durationMs: 0, streak: 1, nextDue: null },
      '03:14:17  mark-late-runs                  fatal                  0ms  streak 1      next: by hand',
    ],
    [
      { outcome: 'timed-out', durationMs: 45_000, streak: 12 },
      '03:14:17  mark-late-runs                  timed-out              45s  streak 12     next 03:14:20',
    ],
    [
      { outcome: undefined, durationMs: 5_012 },
      '03:14:17  mark-late-runs                  yielded                 5s  streak 0      next 03:14:20',
    ],
    [
      { disposition: 'skipped', reason: 'duplicate' },
      '03:14:17  mark-late-runs                  skipped: duplicate          streak 0      next 03:14:20',
    ],
    [
      { disposition: 'skipped', reason: 'late' },
      '03:14:17  mark-late-runs                  skipped: late               streak 0      next 03:14:20',
    ],
    [
      { disposition: 'skipped', reason: 'overlap' },
      '03:14:17  mark-late-runs                  skipped: overlap            streak 0      next 03:14:20',
    ],
    [
      { disposition: 'skipped', reason: 'backoff', streak: 3, nextDue: Date.UTC(2026, 10, 22, 4, 2, 0) },
      '03:14:17  mark-late-runs                  skipped: backoff            streak 3      next 04:02:00',
    ],
    [
      { disposition: 'skipped', reason: 'paused', nextDue: null },
      '03:14:17  mark-late-runs                  skipped: paused             streak 0      next: by hand',
    ],
    [
      { disposition: 'skipped', reason: 'halted', streak: 1_000, nextDue: null },
      '03:14:17  mark-late-runs                  skipped: halted             streak 1000   next: by hand',
    ],
  ] as const)('%o is one line', (fields, line) => {
    expect(shownAs(tick(fields as Partial<TickLine>))).toEqual([line]);
    expect(line.length).toBeLessThanOrEqual(100);
  });

  test('shows below it how much its run has left for the next one', () => {
    const shown = (result: unknown) =>
      shownAs(
        readLogLine(
          JSON.stringify({
            ...{ level: 'INFO', message: 'tick', service: 'mark-late-runs', startedAt: '2026-11-22T03:14:17.500Z' },
            ...{ disposition: 'ran', outcome: 'succeeded', durationMs: 22_300, streak: 0, backoffCount: 0, result },
          }),
        ),
      ).slice(1);

    expect(shown({ marked: 4_000, unfinished: 8_432, pages: 10 })).toEqual([
      '    8432 left unfinished; the next run goes on',
    ]);
    expect(shown({ unfinished: 2_000, more: true })).toEqual([
      '    more than 2000 left unfinished; the next run goes on',
    ]);
    for (const other of [{ unfinished: 0 }, { unfinished: 'all' }, { unfinished: -1 }, 'unfinished', null, [], 5]) {
      expect(shown(other)).toEqual([]);
    }
  });

  test('shows the day as well when it is due a day later or more', () => {
    const [line] = shownAs(tick({ outcome: 'succeeded', durationMs: 1, nextDue: Date.UTC(2026, 10, 23, 3, 14, 18) }));
    const [sooner] = shownAs(tick({ outcome: 'succeeded', durationMs: 1, nextDue: Date.UTC(2026, 10, 23, 3, 14, 17) }));

    expect(line).toBe(
      '03:14:17  mark-late-runs                  succeeded              1ms  streak 0      next 11-23 03:14',
    );
    expect(sooner).toMatch(/next 03:14:17$/);
  });

  test.each([
    [Date.UTC(2026, 11, 31, 23, 59), 'next 12-31 23:59'],
    [Date.UTC(2027, 0, 1, 0, 0), 'next 2027-01-01'],
    [Date.UTC(2028, 2, 1, 6, 0), 'next 2028-03-01'],
  ])('a due time of another year is shown with its year: %d', (nextDue, shown) => {
    const [line = ''] = shownAs(tick({ outcome: 'succeeded', durationMs: 1, nextDue }));

    expect(line.slice(line.indexOf('next'))).toBe(shown);
  });

  test('a tick of a service with 64 characters and figures beyond all measure stays within 100 columns', () => {
    const [line] = shownAs(
      tick({
        service: 'a'.repeat(64),
        outcome: 'succeeded',
        durationMs: 1e300,
        streak: Number.MAX_SAFE_INTEGER,
        nextDue: Date.UTC(9999, 11, 31, 23, 59, 59),
      }),
    );

    expect(line).toBe(
      '03:14:17  aaaaaaaaaaaaaaaaaaaaaaaaaaaaa…  succeeded           1.157…  streak 9007…  next 9999-12-31',
    );
    expect(line).toHaveLength(99);
  });

  test('a tick that failed is followed by what it failed with, indented', () => {
    const [, below, ...more] = shownAs(
      tick({ outcome: 'failed', streak: 1, errorClass: 'ECONNREFUSED', errorMessage: 'connect ECONNREFUSED ::1:80' }),
    );
    const [, ...long] = shownAs(tick({ outcome: 'failed', streak: 1, errorClass: 'E', errorMessage: 'x '.repeat(60) }));

    expect(below).toBe('    ECONNREFUSED: connect ECONNREFUSED ::1:80');
    expect(more).toEqual([]);
    expect(long).toEqual([`    E: ${'x '.repeat(47)}`.trimEnd(), `    ${'x '.repeat(13)}`.trimEnd()]);
  });
});

describe('what else a function writes', () => {
  test('a report is indented, with its own indentation on top, and its blank lines stay empty', () => {
    const text = 'Examples of recent errors:\n\nError: no\n    at run (file.ts:1:2)';

    expect(shownAs({ kind: 'report', text })).toEqual([
      '    Examples of recent errors:',
      '',
      '    Error: no',
      '        at run (file.ts:1:2)',
    ]);
  });

  test('long lines of a report go on in the next one, nothing of them lost', () => {
    const words = `Failed because ${'of this and that '.repeat(12)}`.trim();
    const shown = shownAs({ kind: 'report', text: words });

    expect(shown).toHaveLength(3);
    expect(shown.map((line) => line.trim()).join(' ')).toBe(words);
    for (const line of shown) expect(line).toMatch(/^ {4}\S.{0,95}$/);
    expect(shownAs({ kind: 'report', text: 'y'.repeat(96 + 96 + 8) })).toEqual([
      `    ${'y'.repeat(96)}`,
      `    ${'y'.repeat(96)}`,
      `    ${'y'.repeat(8)}`,
    ]);
  });

  test('a crash that was counted is shown', () => {
    const crash = {
      message: 'run crashed',
      service: 'mark-late-runs',
      fence: 7,
      bookedAt: 0,
      streak: 1,
      halted: false,
    } as const;

    expect(shownAs({ kind: 'crash', crash })).toEqual(['    run 7 of mark-late-runs died; it is counted as crashed']);
  });

  test('prints are shown, other lines of the log are not', () => {
    expect(shownAs({ kind: 'print', text: 'hello' })).toEqual(['    hello']);
    expect(shownAs({ kind: 'other' })).toEqual([]);
  });

  test('escape sequences and other control characters do not reach the terminal', () => {
    expect(shownAs({ kind: 'print', text: '\u001b[31mred\u001b[0m\tand\u0007 more\r' })).toEqual(['    red and  more']);
    expect(failureShown(STARTED, 'a', 'one\u001b[2J\u0000two')).toEqual([
      '03:14:17  a                               one two',
    ]);
  });
});

describe('columns', () => {
  test('wide characters count two, marks none', () => {
    expect(columnsOf('a漢字b')).toBe(6);
    expect(columnsOf('🙂')).toBe(2);
    expect(columnsOf('e\u0301')).toBe(1);
    expect(columnsOf('한국')).toBe(4);
    expect(columnsOf('Ａ')).toBe(2);
    expect(columnsOf('👩‍👩‍👧')).toBe(2);
    expect(columnsOf('ü€…')).toBe(3);
  });

  test('an error that does not fit its line is shown whole below it', () => {
    const message = `its state is damaged: ${'漢'.repeat(40)}; run the repair`;
    expect(failureShown(STARTED, 'mark-late-runs', message)).toEqual([
      '03:14:17  mark-late-runs                  failed',
      '    its state is damaged:',
      `    ${'漢'.repeat(40)}; run the repair`,
    ]);
    expect(failureShown(STARTED, 'a', 'one\ntwo')).toEqual([
      '03:14:17  a                               failed',
      '    one',
      '    two',
    ]);
  });

  test('no line is wider than 100 columns, nor has it a line break, whatever is shown', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({
        unit: fc.constantFrom('漢', '🙂', 'a', ' ', '\t', '\n', '\u0301', '👩‍👩‍👧', '\ud800'),
        maxLength: 300,
      }),
    );
    const anyLine: fc.Arbitrary<LogLine> = fc.oneof(
      anyText.map((text): LogLine => ({ kind: 'print', text })),
      anyText.map((text): LogLine => ({ kind: 'report', text })),
      fc
        .record({
          service: anyText,
          streak: fc.double({ noNaN: true }),
          durationMs: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
          nextDue: fc.option(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), { nil: null }),
          errorClass: fc.option(anyText, { nil: undefined }),
          errorMessage: fc.option(anyText, { nil: undefined }),
        })
        .map((fields) => tick(fields as Partial<TickLine>)),
    );
    fc.assert(
      fc.property(anyLine, anyText, (line, message) => {
        for (const shown of [...shownAs(line), ...failureShown(STARTED, message, message)]) {
          expect(columnsOf(shown)).toBeLessThanOrEqual(100);
          expect(shown).not.toMatch(/[\p{Control}\u2028\u2029]/u);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a long text is shown by 60 lines and the remark that there is more', () => {
    const long = shownAs({ kind: 'print', text: 'word '.repeat(200_000) });
    const many = shownAs({ kind: 'print', text: Array.from({ length: 61 }, (_, line) => `line ${line}`).join('\n') });
    const enough = shownAs({ kind: 'print', text: Array.from({ length: 60 }, (_, line) => `line ${line}`).join('\n') });

    for (const shown of [long, many]) {
      expect(shown).toHaveLength(61);
      expect(shown.at(-1)).toBe('    … the log has the rest');
    }
    expect(many.at(-2)).toBe('    line 59');
    expect(enough).toHaveLength(60);
    expect(enough.at(-1)).toBe('    line 59');
  });
});

test('a change that the watchdog reports is shown with its time, its cause and the command to run', () => {
  const line = JSON.stringify({
    level: 'WARN',
    message:
      'poll is failing: its last 3 runs failed, and it backs off until 2025-10-09T12:04:00.000Z, though one was due.',
    timestamp: '2025-10-09T12:01:30.000Z',
    service: 'watch-services',
    watched: 'poll',
    kind: 'unhealthy',
    id: 'poll/unhealthy/2025-10-09T11:58:00.000Z',
    cause: 'HttpStatusError: GET https://example.com answered 503',
    follows: 'It tries again.',
    command: 'npx tickover invoke poll status',
  });

  expect(shownAs(readLogLine(line))).toEqual([
    '12:01:30  poll is failing: its last 3 runs failed, and it backs off until 2025-10-09T12:04:00.000Z,',
    '          though one was due.',
    '    Cause: HttpStatusError: GET https://example.com answered 503',
    '    Command: npx tickover invoke poll status',
  ]);
});
