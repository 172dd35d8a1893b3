/** The log as CloudWatch would get it: what the real Logger writes to the process's streams. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serviceLog } from '../../lib/lambda/index.ts';
import { readLogLine } from '../../lib/local/log-line.ts';
import { functionUnderTest, type KitOptions } from './kit.ts';

type Line = Readonly<Record<string, unknown>>;

const written: string[] = [];

beforeEach(() => {
  written.length = 0;
  const keep = (chunk: unknown) => written.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** A function that logs as on Lambda. */
function logging(options: KitOptions = {}) {
  const { ports, ...rest } = options;
  return functionUnderTest({ ...rest, ports: { log: serviceLog('sync'), ...ports } });
}

/** The lines written so far; each must be one line of JSON. */
function lines(): Line[] {
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

const ticks = () => lines().filter(({ message }) => message === 'tick');

const RAN: Line = {
  level: 'INFO',
  message: 'tick',
  timestamp: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
  service: 'sync',
  sampling_rate: 0,
  tick: '2025-10-09T12:01:00.000Z',
  manual: false,
  executionId: 'x-12:01',
  attempt: '1',
  disposition: 'ran',
  outcome: 'succeeded',
  verdict: 'steady',
  status: 'steady',
  startedAt: '2025-10-09T12:01:02.000Z',
  durationMs: 250,
  latenessMs: 2_000,
  fence: 1,
  crashesBooked: 0,
  bypassed: [],
  streak: 0,
  backoffCount: 0,
  trackRecord: '11',
  lastSuccess: '2025-10-09T12:01:02.250Z',
  nextDue: '2025-10-09T12:02:00.000Z',
  build: 'b1',
  result: { rows: 3 },
};

describe('the line of a tick', () => {
  it('is the only one of a healthy tick, and tells everything of it', async () => {
    await logging().tick('12:01');

    expect(lines()).toEqual([RAN]);
  });

  it('tells a failure with its class, message and story, as a warning', async () => {
    await logging({ script: 'F' }).tick('12:01');

    const { result: _result, lastSuccess: _lastSuccess, ...ran } = RAN;
    expect(lines()).toEqual([
      {
        ...ran,
        level: 'WARN',
        outcome: 'failed',
        status: 'failing',
        streak: 1,
        trackRecord: '10',
        errorClass: 'ECONNREFUSED',
        errorMessage: 'connect ECONNREFUSED 127.0.0.1:9',
        errorText: expect.stringMatching(/^Error: connect ECONNREFUSED 127\.0\.0\.1:9\n\s+at /),
      },
    ]);
  });

  it('tells why a tick was skipped, with the track record of a service whose record is clean', async () => {
    const { tick } = logging();
    await tick('12:01');
    await tick('12:01');

    const { result: _result, outcome: _outcome, verdict: _verdict, durationMs: _duration, fence: _fence, ...ran } = RAN;
    expect(lines().at(1)).toEqual({
      ...ran,
      disposition: 'skipped',
      reason: 'duplicate',
      startedAt: '2025-10-09T12:01:02.250Z',
      latenessMs: 2_250,
    });
  });

  it('tells the whole track record of a service that has never run', async () => {
    const { invoke, tick } = logging();
    await invoke({ action: 'pause', reason: 'moving', by: 'ada' });
    await tick('12:01');

    expect(ticks()).toMatchObject([{ level: 'INFO', reason: 'paused', trackRecord: '11' }]);
    expect(ticks().at(0)).not.toHaveProperty('nextDue');
  });

  it('tells a run by hand as one, and what it bypassed', async () => {
    const { invoke, tick } = logging({ script: 'FFS' });
    await tick('12:01');
    await tick('12:02');
    await invoke({ action: 'run-once' });

    const line = ticks().at(-1);
    expect(line).toMatchObject({
      level: 'INFO',
      manual: true,
      bypassed: ['backoff'],
      verdict: 'recovered',
    });
    expect(line).not.toHaveProperty('tick');
    expect(line).not.toHaveProperty('latenessMs');
    expect(line).not.toHaveProperty('executionId');
  });

  it('tells how far a run exceeded its interval, and warns in words', async () => {
    await logging({
      timeout: '5m',
      workload: async ({ clock }) => void (await clock.sleep(70_000)),
    }).invoke({ scheduledFor: '2025-10-09T12:00:00Z' }, 300_000);

    expect(lines()).toMatchObject([
      { message: 'tick', level: 'INFO', durationMs: 70_000, overrunMs: 10_000 },
      {
        level: 'WARN',
        message: 'sync took 70 seconds to run, which is longer than its loop interval of 60 seconds.',
        service: 'sync',
      },
    ]);
  });

  it('is an error on the tick that halts; that the invocation failed is told once', async () => {
    await logging({ script: 'X' }).thrownBy('12:01');

    expect(lines()).toMatchObject([
      {
        level: 'ERROR',
        message: 'tick',
        outcome: 'fatal',
        verdict: 'halted',
        status: 'halted',
        haltCause: 'TypeError: rows is not iterable',
        errorClass: 'TypeError',
      },
      { level: 'ERROR', message: 'the invocation failed', error: { name: 'ServiceHaltedError' } },
    ]);
  });

  it('is an error on the last trip too, whose outcome alone would be a warning', async () => {
    const { tick, thrownBy } = logging({ script: 'FF', backoff: 1 });
    await tick('12:01');
    await thrownBy('12:02');

    expect(ticks()).toMatchObject([
      { level: 'WARN', outcome: 'failed' },
      { level: 'ERROR', outcome: 'failed', verdict: 'halted' },
    ]);
  });

  it('is an error for a fatal outcome that only counts', async () => {
    await logging({ script: 'X', onFatal: 'continue' }).tick('12:01');

    expect(lines()).toMatchObject([{ level: 'ERROR', outcome: 'fatal', verdict: 'steady', streak: 1 }]);
  });

  it('is no more than information on a tick that is skipped because the service is halted', async () => {
    const { thrownBy, tick } = logging({ script: 'X' });
    await thrownBy('12:01');
    await tick('12:02');

    expect(ticks().at(-1)).toMatchObject({ level: 'INFO', disposition: 'skipped', reason: 'halted' });
  });
});

describe('a machine that reads the log back', () => {
  const kinds = () =>
    written
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => readLogLine(line).kind);

  it('knows a tick by its line whatever became of it', async () => {
    const { invoke, tick, thrownBy } = logging({ script: 'FX' });
    await tick('12:01');
    await tick('12:01');
    await thrownBy('12:02');
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
  it('comes behind the line, line by line, as warnings that say that they are the report', async () => {
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
  it('tells the run that died, as a warning, before the tick that booked it', async () => {
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
    await logging({ workload }).thrownBy('12:01');

    expect(lines()).toHaveLength(2);
    expect(written.join('')).not.toContain('hunter2');
    expect(lines().at(-1)).toMatchObject({
      message: 'the invocation failed',
      error: {
        name: 'ServiceHaltedError',
        message: 'sync: halted: Error: GET https://***@example.com/rows?api_key=*** failed',
        text: expect.stringContaining('Caused by: Error: GET https://***@example.com/rows?api_key=*** failed'),
      },
    });
  });

  it('are masked in what breaks, which is told once', async () => {
    const store = { acquire: () => Promise.reject(new Error(LEAKING)) };
    const { thrownBy } = logging({ ports: { store: store as never } });
    await thrownBy('12:01');

    expect(lines()).toMatchObject([{ level: 'ERROR', message: 'the invocation failed', error: { name: 'Error' } }]);
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
  it("is Powertools' own switch: at ERROR a healthy tick leaves no line, a halt does", async () => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'ERROR');
    await logging().tick('12:01');
    expect(lines()).toEqual([]);

    await logging({ script: 'X' }).thrownBy('12:01');
    expect(ticks()).toHaveLength(1);
  });

  it('is raised to DEBUG to see runs begin', async () => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
    await logging().tick('12:01');

    expect(lines()).toMatchObject([{ level: 'DEBUG', message: "Starting run of 'sync'" }, { message: 'tick' }]);
  });
});
