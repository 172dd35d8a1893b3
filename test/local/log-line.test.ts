import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type HandlerEvent, scheduledHandler } from '../../lib/lambda/index.ts';
import { type LogLine, readLogLine } from '../../lib/local/display/log-line.ts';
import { defineService, type RunContext } from '../../lib/service/index.ts';
import { fakeClock, memoryStore, scriptedRandom } from '../../lib/testing/index.ts';
import type { StateStore } from '../../lib/tick/index.ts';

/** 2025-10-09T09:00:00Z */
const DUE = 1_760_000_400_000;
const MINUTE = 60_000;

let written: string[];

beforeEach(() => {
  written = [];
  const keep = (chunk: string | Uint8Array) => {
    written.push(...String(chunk).split('\n').filter(Boolean));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});

afterEach(() => {
  vi.restoreAllMocks();
});

type Workload = (context: RunContext<undefined>) => Promise<unknown>;

/** A function with the real logger, on a store in memory. */
function functionOf(workload: Workload, store: StateStore = memoryStore()) {
  const clock = fakeClock(DUE, { mode: 'manual' });
  const service = defineService({ name: 'polls', interval: '1m', backoff: 2, workload });
  const variables = {};
  const handler = scheduledHandler(service, {
    store,
    clock,
    random: scriptedRandom(),
    environment: { table: 'none', build: 'built', slack: 0, inLambda: false, variables },
  });
  const invoke = async (event: HandlerEvent, later = 0) => {
    await clock.advance(later);
    written = [];
    await handler(event, { getRemainingTimeInMillis: () => 50_000 }).catch(() => {});
    return written.map(readLogLine);
  };
  return { clock, invoke };
}

const dueAt = (minutes: number) => ({ scheduledFor: new Date(DUE + minutes * MINUTE).toISOString() });
const unreachable = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('what a function logs is read back', () => {
  test('a tick that succeeded, with its workload taking time', async () => {
    const { invoke, clock } = functionOf(() => clock.advance(1_250));

    expect(await invoke(dueAt(0), 200)).toEqual([
      {
        kind: 'tick',
        tick: {
          message: 'tick',
          service: 'polls',
          tick: DUE,
          startedAt: DUE + 200,
          disposition: 'ran',
          outcome: 'succeeded',
          durationMs: 1_250,
          latenessMs: 200,
          streak: 0,
          backoffCount: 0,
          lastSuccess: DUE + 1_450,
          nextDue: DUE + MINUTE,
        },
      },
    ]);
  });

  test('a tick that was skipped, and one of a run by hand', async () => {
    const { invoke } = functionOf(async () => 'done');
    await invoke(dueAt(0));

    expect(await invoke(dueAt(0))).toMatchObject([
      { kind: 'tick', tick: { disposition: 'skipped', reason: 'duplicate', tick: DUE, streak: 0 } },
    ]);
    expect(await invoke({ action: 'run-once' })).toMatchObject([
      { kind: 'tick', tick: { disposition: 'ran', outcome: 'succeeded', tick: null, nextDue: DUE + MINUTE } },
    ]);
  });

  test('failures with what they failed with, a trip with its report line by line, and backing off', async () => {
    const { invoke } = functionOf(() => Promise.reject(unreachable()));

    const [first] = await invoke(dueAt(0));
    await invoke(dueAt(1), MINUTE);
    const [trip, ...report] = await invoke(dueAt(2), MINUTE);
    const [skipped] = await invoke(dueAt(3), MINUTE);

    expect(first).toMatchObject({
      kind: 'tick',
      tick: { outcome: 'failed', streak: 1, errorClass: 'ECONNREFUSED', errorMessage: 'connect ECONNREFUSED' },
    });
    expect(trip).toMatchObject({ kind: 'tick', tick: { outcome: 'failed', streak: 3, backoffCount: 1 } });
    expect(new Set(report.map(({ kind }) => kind))).toEqual(new Set(['report']));
    const text = report.map((line) => (line.kind === 'report' ? line.text : '')).join('\n');
    expect(text).toContain('Failed the last 3 attempts. Please check your environment and configuration.');
    expect(text).toContain('connect ECONNREFUSED');
    expect(text).toMatch(/Backing off due to consecutive errors, using increased interval of 120s\.$/);
    expect(skipped).toMatchObject({
      kind: 'tick',
      tick: { disposition: 'skipped', reason: 'backoff', lastSuccess: null, nextDue: DUE + 4 * MINUTE },
    });
  });

  test('a crash that is counted, before the tick that counts it', async () => {
    const store = memoryStore();
    const { invoke } = functionOf(async () => 'done', store);
    const owner = 'died';
    await store.acquire({
      service: 'polls',
      tick: { kind: 'scheduled', scheduledFor: DUE },
      now: DUE,
      build: 'built',
      owner,
      leaseUntil: DUE + 1,
    });

    expect(await invoke(dueAt(1), MINUTE)).toMatchObject([
      {
        kind: 'crash',
        crash: { service: 'polls', fence: 1, bookedAt: DUE + MINUTE, streak: 1, halted: false },
      },
      { kind: 'tick', tick: { outcome: 'succeeded', streak: 0 } },
    ]);
  });

  test('a halt: the tick without a next one, and the failed invocation as another line', async () => {
    const { invoke } = functionOf(() => Promise.reject(new RangeError('a bug')));

    expect(await invoke(dueAt(0))).toMatchObject([
      { kind: 'tick', tick: { outcome: 'fatal', errorClass: 'RangeError', nextDue: DUE + 15 * MINUTE } },
      { kind: 'other' },
    ]);
  });

  test('a line that the workload logs is another line, and one that it prints is a print', async () => {
    const { invoke } = functionOf(async ({ log }) => {
      log.warn('logged by the workload', { streak: 9 });
      process.stdout.write('printed by the workload\n');
    });

    expect(await invoke(dueAt(0))).toMatchObject([
      { kind: 'other' },
      { kind: 'print', text: 'printed by the workload' },
      { kind: 'tick' },
    ]);
  });

  test.each(['é 漢字 🙂', 'two\nlines', '\u001b[31mred', '"quoted"'])(
    'an error with the message %j',
    async (message) => {
      const { invoke } = functionOf(() => Promise.reject(Object.assign(new Error(message), { code: 'ECONNRESET' })));
      const lines = await invoke(dueAt(0));

      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({ kind: 'tick', tick: { errorMessage: message.split('\n')[0] } });
    },
  );
});

describe('lines that are none of the log', () => {
  test.each([
    '',
    ' ',
    'plain text',
    '{"message":"tick"',
    'null',
    '42',
    '"tick"',
    '[]',
    '{}',
    '{"message":"tick"}',
    '{"message":"tick","service":"polls","streak":1}',
    '{"message":"run crashed"}',
    '{"message":"report","report":true}',
    '{"a":{"b":[1,2,{"c":null}]}}',
  ])('%j is a print', (line) => {
    expect(readLogLine(line)).toEqual({ kind: 'print', text: line });
  });

  test('a tick with a figure or a word that no tick has is no tick', () => {
    const good = {
      message: 'tick',
      service: 'polls',
      tick: null,
      startedAt: '2025-10-09T09:00:00.000Z',
      disposition: 'ran',
      streak: 0,
      backoffCount: 0,
      lastSuccess: null,
      nextDue: null,
    };
    const kindOf = (fields: object) => readLogLine(JSON.stringify({ ...good, ...fields })).kind;

    expect(kindOf({})).toBe('tick');
    for (const fields of [
      { streak: '3' },
      { streak: null },
      { disposition: 'walked' },
      { reason: 'tired' },
      { outcome: 'perhaps' },
      { startedAt: 5 },
      { startedAt: 'yesterday' },
      { nextDue: '2025-10-09' },
      { durationMs: '3s' },
      { service: 7 },
    ]) {
      expect([fields, kindOf(fields)]).toEqual([fields, 'print']);
    }
    expect(readLogLine(JSON.stringify(good).replace('"streak":0', '"streak":1e999')).kind).toBe('print');
  });

  test('reading never throws, and a print is kept as it came', () => {
    const nested = '['.repeat(100_000);
    const words = fc.constantFrom('tick', 'run crashed', true, 1e300, -1, null, '2025-10-09T09:00:00.000Z', {}, []);
    const keys = fc.constantFrom(
      ...['message', 'service', 'tick', 'startedAt', 'disposition', 'streak', 'backoffCount', 'lastSuccess'],
      ...['nextDue', 'report', 'level', 'fence', 'bookedAt', '__proto__', 'constructor', 'toString'],
    );
    const lines = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.dictionary(keys, fc.oneof(words, fc.jsonValue())).map((value) => JSON.stringify(value)),
    );
    const read = (line: string): LogLine => readLogLine(line);

    expect(read(nested)).toEqual({ kind: 'print', text: nested });
    expect(read(`${nested}${']'.repeat(100_000)}`).kind).toBe('print');
    fc.assert(
      fc.property(lines, (line) => {
        const logLine = read(line);
        if (logLine.kind === 'print') expect(logLine.text).toBe(line);
      }),
      { numRuns: 2_000 },
    );
  });
});
