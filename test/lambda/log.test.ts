/** The log as CloudWatch would get it, besides the line of a tick. */
import { describe, expect, it, vi } from 'vitest';
import { readLogLine } from '../../lib/local/display/log-line.ts';
import { keepWritten, lines, logging, ticks, written } from './log-kit.ts';

keepWritten();

describe('a machine that reads the log back', () => {
  const kinds = () =>
    written
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => readLogLine(line).kind);

  it('knows a tick by its line whatever became of it', async () => {
    const { invoke, tick, raisedBy } = logging({ script: 'FX' });
    await tick('12:01');
    await tick('12:01');
    await raisedBy('12:02');
    await tick('12:03');
    await invoke({ action: 'run-once' });

    expect(ticks()).toHaveLength(5);
    expect(kinds()).toEqual(['tick', 'tick', 'tick', 'other', 'tick', 'tick']);
  });

  it('knows a run by hand of a service that never succeeded and waits to be asked', async () => {
    await logging({ script: 'X', restartAfter: 'never' }).invoke({ action: 'run-once' });

    expect(readLogLine(written.join('').trimEnd())).toMatchObject({
      kind: 'tick',
      tick: { tick: null, lastSuccess: null, nextDue: null, outcome: 'fatal' },
    });
  });

  it('knows the lines of a report', async () => {
    const { tick } = logging({ script: 'FF' });
    await tick('12:01');
    await tick('12:02');

    expect(kinds()).toEqual(['tick', 'tick', 'report', 'report', 'report', 'report']);
  });
});

describe('the report of a trip', () => {
  it('comes behind the line, line by line, as warnings that are marked as the report', async () => {
    const { tick } = logging({ script: 'FF' });
    await tick('12:01');
    written.length = 0;
    await tick('12:02');

    const [line, ...report] = lines();
    expect(line).toMatchObject({ message: 'tick', level: 'WARN', verdict: 'backing-off' });
    expect(report).toMatchObject([
      { message: 'Failed the last 2 attempts. Please check your environment and configuration.' },
      { message: 'Examples of recent errors:' },
      { message: expect.stringMatching(/^Error: connect ECONNREFUSED 127\.0\.0\.1:9\n\s+at /) },
      { message: 'Backing off due to consecutive errors, using increased interval of 120s.' },
    ]);
    expect(report.map(({ level, report: isReport, service }) => [level, isReport, service])).toEqual(
      report.map(() => ['WARN', true, 'sync']),
    );
  });

  it("goes to the service's own printer where it has one, and then not to the log", async () => {
    const printed: string[] = [];
    const { tick } = logging({ script: 'FFS', printer: (line) => void printed.push(line) });
    await tick('12:01');
    await tick('12:02');
    await tick('12:04');

    expect(printed).toHaveLength(5);
    expect(printed.at(-1)).toBe('Resetting backoff due to successful run.');
    expect(lines().filter(({ message }) => message !== 'tick')).toEqual([]);
  });
});

describe('the line of a crash', () => {
  it('shows the run that died, as a warning, before the tick that counted it', async () => {
    const { store, tick } = logging();
    await store.acquire({
      service: 'sync',
      tick: { kind: 'scheduled', scheduledFor: Date.parse('2025-10-09T12:00:00Z') },
      now: Date.parse('2025-10-09T12:00:00Z'),
      build: 'b1',
      owner: 'somebody',
      leaseUntil: Date.parse('2025-10-09T12:00:50Z'),
    });
    await tick('12:01');

    expect(lines()).toMatchObject([
      {
        level: 'WARN',
        message: 'run crashed',
        service: 'sync',
        fence: 1,
        bookedAt: '2025-10-09T12:01:02.000Z',
        streak: 1,
        halted: false,
      },
      { level: 'INFO', message: 'tick', fence: 2, crashesBooked: 1, streak: 0 },
    ]);
  });
});

const SECRET = 'hunter2-hunter2';
const LEAKING = `GET https://ada:${SECRET}@example.com/rows?api_key=${SECRET} failed`;

describe('credentials', () => {
  it('are masked in everything that a halt writes', async () => {
    const workload = () => Promise.reject(new Error(LEAKING, { cause: new Error(`token=${SECRET}`) }));
    await logging({ workload }).raisedBy('12:01');

    expect(lines()).toHaveLength(2);
    expect(written.join('')).not.toContain('hunter2');
    expect(lines().at(-1)).toMatchObject({
      message: 'sync: the invocation failed; its error says what follows',
      error: {
        name: 'ServiceHaltedError',
        message: 'sync: halted: Error: GET https://***@example.com/rows?api_key=*** failed',
        text: expect.stringContaining('Caused by: Error: GET https://***@example.com/rows?api_key=*** failed'),
      },
    });
  });

  it('are masked in what breaks, which is logged once', async () => {
    const store = { acquire: () => Promise.reject(new Error(LEAKING)) };
    const { raisedBy } = logging({ ports: { store: store as never } });
    await raisedBy('12:01');

    expect(lines()).toMatchObject([
      { level: 'ERROR', message: 'sync: the invocation failed; its error says what follows', error: { name: 'Error' } },
    ]);
    expect(written.join('')).not.toContain('hunter2');
  });

  it('are masked in an error that a workload logs, wherever in its fields', async () => {
    const error = Object.assign(new Error(LEAKING), { config: { password: SECRET } });
    await logging({
      workload: async ({ log }) => {
        log.warn('skipped a row', { error });
        log.warn('skipped two', { rows: [{ why: error }] });
      },
    }).tick('12:01');

    expect(lines().map(({ message }) => message)).toEqual(['skipped a row', 'skipped two', 'tick']);
    expect(written.join('')).not.toContain('hunter2');
    expect(lines().at(1)).toMatchObject({
      rows: [{ why: { name: 'Error', message: expect.stringContaining('***') } }],
    });
  });

  it('are masked in a malformed event', async () => {
    await expect(logging().invoke({ url: `https://ada:${SECRET}@example.com` })).rejects.toThrow('***@example.com');

    expect(written.join('')).not.toContain('hunter2');
  });
});

describe('the level', () => {
  it("is Lambda's own where it sets one, whatever Powertools' switch says", async () => {
    vi.stubEnv('AWS_LAMBDA_LOG_LEVEL', 'DEBUG');
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'ERROR');
    await logging().tick('12:01');

    expect(lines()).toMatchObject([{ level: 'DEBUG', message: "Starting run of 'sync'" }, { message: 'tick' }]);
  });

  it("is Powertools' own switch elsewhere: at ERROR a healthy tick leaves no line, a halt does", async () => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'ERROR');
    await logging().tick('12:01');
    expect(lines()).toEqual([]);

    await logging({ script: 'X' }).raisedBy('12:01');
    expect(ticks()).toHaveLength(1);
  });

  it('is raised to DEBUG to see runs begin', async () => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
    await logging().tick('12:01');

    expect(lines()).toMatchObject([{ level: 'DEBUG', message: "Starting run of 'sync'" }, { message: 'tick' }]);
  });
});
