import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readEnvironment } from '../../lib/lambda/env.ts';
import { type EmfOptions, emfFaults, emfObserver, emfOptionsIn, overdueEmf } from '../../lib/metrics/index.ts';
import { HALT, NOON, tickEvent } from './tick-events.ts';

// What the machine's environment says of Powertools must neither silence nor rename anything here.
beforeEach(() => {
  vi.stubEnv('POWERTOOLS_DEV', undefined);
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', undefined);
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'another-service');
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'AnotherNamespace');
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

interface Document {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** An observer, and what it has written to standard output since it was last asked: each line a document. */
function setup(options?: EmfOptions) {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const observer = emfObserver(options);
  const written = () => {
    const text = write.mock.calls.map(([chunk]) => String(chunk)).join('');
    write.mockClear();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Document);
  };
  return { observer, written, values: () => written().map(valuesOf) };
}

/**
 * Service and values of a document that keeps the format's rules: every name it defines has a member of the right type.
 */
function valuesOf(document: Document): Record<string, unknown> {
  const { _aws, ...members } = document;
  expect(Number.isInteger(_aws.Timestamp)).toBe(true);
  expect(_aws.CloudWatchMetrics).toHaveLength(1);
  const [directive] = _aws.CloudWatchMetrics;
  expect(directive).toMatchObject({ Namespace: 'Tickover', Dimensions: [['service']] });
  const names = (directive?.Metrics ?? []).map(({ Name }) => Name);
  expect(Object.keys(members).sort()).toEqual(['service', ...names].sort());
  for (const name of names) expect(typeof members[name]).toBe('number');
  return members;
}

test('a run gives its streak and that the service is not halted, in one document that keeps the format', async () => {
  const { observer, written } = setup();

  observer.tickEnded?.(tickEvent({ outcome: 'failed' }, { streak: 2 }));
  await observer.flush?.();

  expect(written()).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Tickover',
            Dimensions: [['service']],
            Metrics: [
              { Name: 'FailureStreak', Unit: 'Count' },
              { Name: 'Halted', Unit: 'Count' },
            ],
          },
        ],
      },
      service: 'sweep',
      FailureStreak: 2,
      Halted: 0,
    },
  ]);
});

test.each(['overlap', 'backoff', 'paused'] as const)('a tick skipped for %s gives Halted alone', async (reason) => {
  const { observer, values } = setup();

  observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason }, { streak: 5 }));
  await observer.flush?.();

  expect(values()).toEqual([{ service: 'sweep', Halted: 0 }]);
});

test('a halted service is shown as one at the run that halts it and at each tick skipped for it', async () => {
  const { observer, values } = setup();

  observer.tickEnded?.(tickEvent({ outcome: 'failed', verdict: 'halted' }, { streak: 3, halt: HALT }));
  await observer.flush?.();
  observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason: 'halted' }, { streak: 3, halt: HALT }));
  await observer.flush?.();

  expect(values()).toEqual([
    { service: 'sweep', FailureStreak: 3, Halted: 1 },
    { service: 'sweep', Halted: 1 },
  ]);
});

test.each(['duplicate', 'late'] as const)('a delivery that is %s gives nothing', async (reason) => {
  const { observer, written } = setup();

  observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason }, { streak: 3, halt: HALT }));
  await observer.flush?.();

  expect(written()).toEqual([]);
});

test('a counted crash and a resume give both', async () => {
  const { observer, values } = setup();

  observer.runCrashed?.({ service: 'sweep', fence: 6, bookedAt: NOON, streak: 3, halted: true });
  await observer.flush?.();
  observer.resumed?.('sweep');
  await observer.flush?.();

  expect(values()).toEqual([
    { service: 'sweep', FailureStreak: 3, Halted: 1 },
    { service: 'sweep', FailureStreak: 0, Halted: 0 },
  ]);
});

test('several stories before a flush are never mixed into one document', async () => {
  const { observer, values } = setup();

  observer.runCrashed?.({ service: 'sweep', fence: 6, bookedAt: NOON, streak: 1, halted: false });
  observer.runCrashed?.({ service: 'sweep', fence: 7, bookedAt: NOON, streak: 2, halted: false });
  observer.tickEnded?.(tickEvent({ outcome: 'succeeded', crashesBooked: 2 }));
  observer.tickEnded?.(tickEvent({ service: 'poll', outcome: 'failed' }, { streak: 9 }));
  await observer.flush?.();

  expect(values()).toEqual([
    { service: 'sweep', FailureStreak: 1, Halted: 0 },
    { service: 'sweep', FailureStreak: 2, Halted: 0 },
    { service: 'sweep', FailureStreak: 0, Halted: 0 },
    { service: 'poll', FailureStreak: 9, Halted: 0 },
  ]);
});

test('nothing leaves before the flush, all of it with the flush, and nothing twice', async () => {
  const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { observer, written } = setup();

  await observer.flush?.();
  observer.tickEnded?.(tickEvent({ outcome: 'succeeded' }));
  expect(written()).toHaveLength(0);
  await observer.flush?.();
  expect(written()).toHaveLength(1);
  await observer.flush?.();
  expect(written()).toHaveLength(0);
  expect(warned).not.toHaveBeenCalled();
});

describe('in detail', () => {
  const NAMES = { outcome: 'succeeded', durationMs: 1_250, latenessMs: 40_000 } as const;

  test('a run also gives its duration and lateness in milliseconds, in the same document', async () => {
    const { observer, written } = setup({ detailed: true });

    observer.tickEnded?.(tickEvent(NAMES));
    await observer.flush?.();

    const [document, ...rest] = written();
    expect(rest).toEqual([]);
    expect(document).toMatchObject({
      service: 'sweep',
      FailureStreak: 0,
      Halted: 0,
      Duration: 1_250,
      Lateness: 40_000,
    });
    expect(document?._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'Tickover',
        Dimensions: [['service']],
        Metrics: [
          { Name: 'FailureStreak', Unit: 'Count' },
          { Name: 'Halted', Unit: 'Count' },
          { Name: 'Duration', Unit: 'Milliseconds' },
          { Name: 'Lateness', Unit: 'Milliseconds' },
        ],
      },
    ]);
  });

  test('an overrun is given where there is one', async () => {
    const { observer, values } = setup({ detailed: true });

    observer.tickEnded?.(tickEvent({ ...NAMES, durationMs: 75_000, overrunMs: 15_000 }));
    await observer.flush?.();

    expect(values()).toEqual([
      { service: 'sweep', FailureStreak: 0, Halted: 0, Duration: 75_000, Lateness: 40_000, Overrun: 15_000 },
    ]);
  });

  test.each([
    ['overlap', { Halted: 0, SkippedOverlap: 1, Lateness: 40_000 }],
    ['backoff', { Halted: 0, SkippedBackoff: 1, Lateness: 40_000 }],
    ['paused', { Halted: 0, SkippedPaused: 1, Lateness: 40_000 }],
    ['halted', { Halted: 0, SkippedHalted: 1, Lateness: 40_000 }],
    ['duplicate', { SkippedDuplicate: 1 }],
    ['late', { SkippedLate: 1 }],
  ] as const)('a tick skipped for %s is counted under that reason', async (reason, expected) => {
    const { observer, values } = setup({ detailed: true });

    observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason, latenessMs: 40_000 }));
    await observer.flush?.();

    expect(values()).toEqual([{ service: 'sweep', ...expected }]);
  });

  test('a run by hand has no lateness, one that yielded no duration, and a tick that came early is not late', async () => {
    const { observer, values } = setup({ detailed: true });

    observer.tickEnded?.(tickEvent({ tick: { kind: 'manual', force: false }, outcome: 'succeeded', durationMs: 5 }));
    observer.tickEnded?.(tickEvent({ durationMs: 7, latenessMs: 1 }));
    observer.tickEnded?.(tickEvent({ outcome: 'succeeded', durationMs: 9, latenessMs: -3 }));
    await observer.flush?.();

    expect(values()).toEqual([
      { service: 'sweep', FailureStreak: 0, Halted: 0, Duration: 5 },
      { service: 'sweep', FailureStreak: 0, Halted: 0, Lateness: 1 },
      { service: 'sweep', FailureStreak: 0, Halted: 0, Duration: 9, Lateness: 0 },
    ]);
  });

  test('a run without details gives none of these', async () => {
    const { observer, values } = setup();

    observer.tickEnded?.(tickEvent({ ...NAMES, overrunMs: 15_000 }));
    observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason: 'overlap', latenessMs: 5 }));
    await observer.flush?.();

    expect(values()).toEqual([
      { service: 'sweep', FailureStreak: 0, Halted: 0 },
      { service: 'sweep', Halted: 0 },
    ]);
  });
});

test('an overdue service is counted under its own name, at once with the flush', () => {
  const { written } = setup();
  const metric = overdueEmf({ namespace: 'Tickover' });

  metric.set('nightly', true);
  metric.set('sweep', false);
  expect(written()).toEqual([]);
  metric.flush();

  expect(written().map(valuesOf)).toEqual([
    { service: 'nightly', Overdue: 1 },
    { service: 'sweep', Overdue: 0 },
  ]);
});

describe('the environment', () => {
  test('names the namespace and asks for detail; empty values are none', () => {
    const asked = { TICKOVER_METRICS_NAMESPACE: 'Tickover-dev', TICKOVER_DETAILED_METRICS: 'true' };
    const none = { TICKOVER_METRICS_NAMESPACE: '', TICKOVER_DETAILED_METRICS: '' };

    expect(emfOptionsIn(asked)).toEqual({ namespace: 'Tickover-dev', detailed: true });
    expect([emfOptionsIn(none), emfOptionsIn({})]).toEqual(
      new Array(2).fill({ namespace: 'Tickover', detailed: false }),
    );
    expect([emfFaults(asked), emfFaults(none), emfFaults({})]).toEqual([[], [], []]);
  });

  test.each(['AWS/Lambda', ':x', 'a"b', '  ', 'n'.repeat(256)])('may not name the namespace %j', (namespace) => {
    expect(emfFaults({ TICKOVER_METRICS_NAMESPACE: namespace })).toEqual([
      `TICKOVER_METRICS_NAMESPACE: expected 1 to 255 letters, digits, spaces or . - _ / # :, not beginning with 'AWS/' or ':', got '${namespace}'`,
    ]);
  });

  test('is refused with every fault at once when a function starts', () => {
    const variables = {
      TICKOVER_TABLE: 't',
      TICKOVER_METRICS_NAMESPACE: ':x',
      TICKOVER_DETAILED_METRICS: 'yes',
      TICKOVER_SLACK_SECONDS: '-1',
    };

    expect(() => readEnvironment(variables)).toThrow(
      /^environment: TICKOVER_METRICS_NAMESPACE: .*; TICKOVER_DETAILED_METRICS: expected 'true' or 'false', got 'yes'; TICKOVER_SLACK_SECONDS: /,
    );
  });
});

test('the namespace is a setting', async () => {
  const { observer, written } = setup({ namespace: 'Night' });

  observer.resumed?.('sweep');
  await observer.flush?.();

  expect(written()[0]?._aws.CloudWatchMetrics[0]?.Namespace).toBe('Night');
});

test('a flushed document is on standard output even if the process ends right after', () => {
  const script = fileURLToPath(new URL('./emitting-process.ts', import.meta.url));

  const child = spawnSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' });

  expect([child.status, child.stderr]).toEqual([1, '']);
  const documents = child.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Document);
  expect(documents.map(valuesOf)).toEqual([{ service: 'sweep', FailureStreak: 2, Halted: 0 }]);
});
