/**
 * The hot item costs one write unit: at most 1,024 bytes as stored, whatever happens. Sized here by DynamoDB's
 * published rules.
 */
import { expect, it } from 'vitest';
import type { RunEntry, ServiceState } from '../../lib/rules/index.ts';
import { itemSize } from '../../lib/store/index.ts';
import { useDatabase } from '../support/use-database.ts';
import { itemOf, putItem, storedItem, storedSize } from './items.ts';

const database = useDatabase();

const LATE = 9_876_543_210_987;
const BIG = 876_543_219;

function runs(count: number, durationMs: number): RunEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    outcome: 'timed-out' as const,
    at: LATE + index,
    durationMs,
    manual: true,
  }));
}

/** Everything at its longest, each text as many bytes as it may have, but for the cursor. */
function worst(fence: number): ServiceState {
  return {
    fence,
    countedUpTo: fence,
    epoch: BIG,
    lastTick: LATE,
    lastSuccess: LATE,
    notBefore: LATE,
    halt: { at: LATE, until: LATE, build: 'b'.repeat(16), cause: `${'€'.repeat(53)}!` },
    trackRecord: Array.from({ length: 64 }, () => false),
    backoffCount: BIG,
    streak: BIG,
    failuresAfter: BIG,
    runs: runs(20, 899_999),
    cursor: '🚲'.repeat(32),
  };
}

const LONGEST_PAUSE = { at: LATE, until: LATE, reason: '🚲'.repeat(30), by: 'ä'.repeat(16) };

function asked(service: string, tick = LATE) {
  return {
    service,
    tick: { kind: 'scheduled', scheduledFor: tick } as const,
    now: 1_234_567_890_123,
    build: 'b1',
    owner: 'o'.repeat(12),
    leaseUntil: LATE,
  };
}

async function committed(service: string, state: ServiceState): Promise<void> {
  const { store } = database;
  const answer = await store.acquire(asked(service));
  if (!answer.granted) throw new Error(`expected the lease to be granted, got ${answer.reason}`);
  expect(await store.commit(answer.claim, state)).toEqual({ written: true });
}

/** Takes the lease and pauses under it: the item is at its longest then. */
async function leasedAndPaused(service: string): Promise<void> {
  const { store } = database;
  const answer = await store.acquire({
    ...asked(service, LATE + 1),
    build: 'other',
    now: LATE + 1,
    leaseUntil: LATE + 9,
  });
  expect(answer.granted).toBe(true);
  await store.pause(service, LONGEST_PAUSE);
}

it('stays within 1,024 bytes at its worst, right after an acquire while paused too, with as many runs as fit', async () => {
  const service = 's'.repeat(64);
  await putItem(database, { pk: service, sk: 'STATE', v: 1, fence: BIG, done: BIG, epoch: BIG });
  await committed(service, worst(BIG + 1));
  const afterCommit = await storedSize(database, service);
  await leasedAndPaused(service);
  const largest = await storedSize(database, service);

  expect(afterCommit).toBeLessThan(largest);
  expect(largest).toBeLessThanOrEqual(1_024);
  const state = await database.store.read(service);
  // A run more, with the space before it, would not have fitted.
  const oneMore = 't3hcamqv7.jafz '.length;
  expect(largest + oneMore).toBeGreaterThan(1_024);
  const kept = state?.runs.length ?? 0;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(20);
  expect(state?.runs).toEqual(runs(20, 899_999).slice(-kept));
  expect(state).toMatchObject({ cursor: '🚲'.repeat(32), trackRecord: worst(1).trackRecord, streak: BIG });
});

it('stays within 1,024 bytes also with the longest cursor and a long build, at the cost of the ring and of some of the cause', async () => {
  const service = 'c'.repeat(64);
  for (const build of ['b'.repeat(16), 'b'.repeat(64)]) {
    const name = `${service.slice(0, 61)}-${build.length}`;
    await putItem(database, { pk: name, sk: 'STATE', v: 1, fence: BIG, done: BIG, epoch: BIG });
    const halt = { at: LATE, until: LATE, build, cause: 'x'.repeat(160) };
    await committed(name, { ...worst(BIG), halt, cursor: 'c'.repeat(256) });
    await leasedAndPaused(name);

    expect(await storedSize(database, name)).toBeLessThanOrEqual(1_024);
    const state = await database.store.read(name);
    expect(state).toMatchObject({ cursor: 'c'.repeat(256), runs: [], trackRecord: worst(1).trackRecord });
    expect(state?.halt?.cause.startsWith('x'.repeat(100))).toBe(true);
  }
});

it('stays within 1,024 bytes also for a service that backs off under a long build, at the cost of the ring', async () => {
  const service = 'b'.repeat(64);
  const { halt: _halt, ...backingOff } = { ...worst(BIG), notBeforeBuild: 'b'.repeat(64), cursor: 'c'.repeat(256) };
  await putItem(database, { pk: service, sk: 'STATE', v: 1, fence: BIG, done: BIG, epoch: BIG });
  await committed(service, backingOff);
  await leasedAndPaused(service);

  expect(await storedSize(database, service)).toBeLessThanOrEqual(1_024);
  expect(await database.store.read(service)).toMatchObject({ notBefore: LATE, notBeforeBuild: 'b'.repeat(64) });
});

it('cuts the words of a pause to their room, never a character in two', async () => {
  const wordy = { ...LONGEST_PAUSE, reason: '🚲'.repeat(100), by: 'ä'.repeat(100) };
  const state = await database.store.pause('wordy', wordy);

  expect(Buffer.byteLength(state.pause?.reason ?? '')).toBeLessThanOrEqual(120);
  expect(Buffer.byteLength(state.pause?.by ?? '')).toBeLessThanOrEqual(32);
  expect(state.pause?.reason.startsWith('🚲'.repeat(20))).toBe(true);
  expect(`${state.pause?.reason}${state.pause?.by}`).not.toContain('\ufffd');
});

it('has room for what a resume adds to a state that was full without it', async () => {
  const service = 'r'.repeat(64);
  // The plain state of a service that never failed, its ring as long as fits.
  const { halt: _halt, notBefore: _notBefore, ...simple } = worst(BIG);
  const full = { ...simple, epoch: 0, trackRecord: [], backoffCount: 0, streak: 0, failuresAfter: 0 };
  for (const length of [246, 248, 250, 252, 254, 256]) {
    const name = `${service.slice(0, 60)}-${length}`;
    await putItem(database, { pk: name, sk: 'STATE', v: 1, fence: BIG, done: BIG });
    await committed(name, { ...full, runs: runs(20, 9_999_999_999_999), cursor: 'c'.repeat(length) });
    await database.store.resume(name);
    await leasedAndPaused(name);

    expect(await storedSize(database, name)).toBeLessThanOrEqual(1_024);
  }
});

it('keeps all 20 runs of a healthy service, in a third of the room', async () => {
  const healthy = { ...worst(1), epoch: 0, trackRecord: [], backoffCount: 0, streak: 0, failuresAfter: 0 };
  const { halt: _halt, notBefore: _notBefore, cursor: _cursor, ...state } = healthy;
  await committed('check-endpoints', { ...state, runs: runs(20, 1_234) });

  expect((await database.store.read('check-endpoints'))?.runs).toHaveLength(20);
  expect(await storedSize(database, 'check-endpoints')).toBeLessThan(410);
});

it('is sized by the store as it is stored', async () => {
  for (const [service, state] of Object.entries({
    simple: worst(1),
    zeros: { ...worst(1_000), lastTick: 1_700_000_000_000 },
  })) {
    await putItem(database, itemOf(service, state));

    expect(itemSize((await storedItem(database, service)) ?? {})).toBe(await storedSize(database, service));
  }
});
