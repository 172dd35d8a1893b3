import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readEnvironment } from '../../lib/lambda/env.ts';
import {
  type EmfOptions,
  emfFaults,
  emfObserver,
  emfOptionsIn,
  emfWarnings,
  healthEmf,
} from '../../lib/metrics/index.ts';
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

const TIMES = { durationMs: 1_250, latenessMs: 40_000 } as const;
/** The document of a service that is well. */
const STEADY = { service: 'sweep', FailureStreak: 0, BackoffCount: 0, Halted: 0 };

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

test('a run gives its streak, backoff count, duration and lateness, in one document that keeps the format', async () => {
  const { observer, written } = setup();

  observer.tickEnded?.(tickEvent({ ...TIMES, outcome: 'failed' }, { streak: 2, backoffCount: 1 }));
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
              { Name: 'BackoffCount', Unit: 'Count' },
              { Name: 'Halted', Unit: 'Count' },
              { Name: 'Duration', Unit: 'Milliseconds' },
              { Name: 'Lateness', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      service: 'sweep',
      FailureStreak: 2,
      BackoffCount: 1,
      Halted: 0,
      Duration: 1_250,
      Lateness: 40_000,
    },
  ]);
});

test('an overrun is given where there is one', async () => {
  const { observer, values } = setup();

  observer.tickEnded?.(tickEvent({ outcome: 'succeeded', durationMs: 75_000, overrunMs: 15_000 }));
  await observer.flush?.();

  expect(values()).toEqual([
    { service: 'sweep', FailureStreak: 0, BackoffCount: 0, Halted: 0, Duration: 75_000, Overrun: 15_000 },
  ]);
});

test.each([
  ['overlap', { BackoffCount: 2, Halted: 0, SkippedOverlap: 1, Lateness: 40_000 }],
  ['backoff', { BackoffCount: 2, Halted: 0, SkippedBackoff: 1, Lateness: 40_000 }],
  ['paused', { BackoffCount: 2, Halted: 0, SkippedPaused: 1, Lateness: 40_000 }],
  ['halted', { BackoffCount: 2, Halted: 0, SkippedHalted: 1, Lateness: 40_000 }],
  ['duplicate', { SkippedDuplicate: 1 }],
  ['late', { SkippedLate: 1 }],
] as const)('a tick skipped for %s is counted under that reason', async (reason, expected) => {
  const { observer, values } = setup();

  const skipped = { disposition: 'skipped', reason, latenessMs: 40_000 } as const;
  observer.tickEnded?.(tickEvent(skipped, { streak: 5, backoffCount: 2 }));
  await observer.flush?.();

  expect(values()).toEqual([{ service: 'sweep', ...expected }]);
});

test('a run by hand has no lateness, one that was given back no duration, and a tick that came early is not late', async () => {
  const { observer, values } = setup();

  observer.tickEnded?.(tickEvent({ tick: { kind: 'manual', force: false }, outcome: 'succeeded', durationMs: 5 }));
  observer.tickEnded?.(tickEvent({ durationMs: 7, latenessMs: 1 }));
  observer.tickEnded?.(tickEvent({ outcome: 'succeeded', durationMs: 9, latenessMs: -3 }));
  await observer.flush?.();

  expect(values()).toEqual([
    { ...STEADY, Duration: 5 },
    { ...STEADY, Lateness: 1 },
    { ...STEADY, Duration: 9, Lateness: 0 },
  ]);
});

test('a halted service is shown as one at the run that halts it and at each tick skipped for it', async () => {
  const { observer, values } = setup();

  observer.tickEnded?.(tickEvent({ outcome: 'failed', verdict: 'halted' }, { streak: 3, halt: HALT }));
  await observer.flush?.();
  observer.tickEnded?.(tickEvent({ disposition: 'skipped', reason: 'halted' }, { streak: 3, halt: HALT }));
  await observer.flush?.();

  expect(values()).toEqual([
    { service: 'sweep', FailureStreak: 3, BackoffCount: 0, Halted: 1 },
    { service: 'sweep', BackoffCount: 0, Halted: 1, SkippedHalted: 1 },
  ]);
});

test('a counted crash gives its streak and halt, a resume that all is over', async () => {
  const { observer, values } = setup();

  observer.runCrashed?.({ service: 'sweep', fence: 6, bookedAt: NOON, streak: 3, halted: true });
  await observer.flush?.();
  observer.resumed?.('sweep');
  await observer.flush?.();

  expect(values()).toEqual([{ service: 'sweep', FailureStreak: 3, Halted: 1 }, STEADY]);
});

test('several events before a flush are never mixed into one document', async () => {
  const { observer, values } = setup();

  observer.runCrashed?.({ service: 'sweep', fence: 6, bookedAt: NOON, streak: 1, halted: false });
  observer.runCrashed?.({ service: 'sweep', fence: 7, bookedAt: NOON, streak: 2, halted: false });
  observer.tickEnded?.(tickEvent({ outcome: 'succeeded', crashesBooked: 2 }));
  observer.tickEnded?.(tickEvent({ service: 'poll', outcome: 'failed' }, { streak: 9 }));
  await observer.flush?.();

  expect(values()).toEqual([
    { service: 'sweep', FailureStreak: 1, Halted: 0 },
    { service: 'sweep', FailureStreak: 2, Halted: 0 },
    STEADY,
    { service: 'poll', FailureStreak: 9, BackoffCount: 0, Halted: 0 },
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

describe('the health of services', () => {
  test('gives each service in trouble under its own name, and both counts under the name of the watchdog, at the flush', () => {
    const { written } = setup();
    const metrics = healthEmf({ namespace: 'Tickover' });

    metrics.unhealthy('nightly');
    metrics.unhealthy('sweep');
    metrics.checked({ watched: 7, unhealthy: 2 });
    expect(written()).toEqual([]);
    metrics.flush();

    expect(written().map(valuesOf)).toEqual([
      { service: 'nightly', Unhealthy: 1 },
      { service: 'sweep', Unhealthy: 1 },
      { service: 'watch-services', Watched: 7, UnhealthyServices: 2 },
    ]);
  });

  test('gives nothing for services that are well, and nothing twice', () => {
    const { written } = setup();
    const metrics = healthEmf();

    metrics.checked({ watched: 7, unhealthy: 0 });
    metrics.flush();
    metrics.flush();

    expect(written().map(valuesOf)).toEqual([{ service: 'watch-services', Watched: 7, UnhealthyServices: 0 }]);
  });
});

describe('a switch of Powertools', () => {
  const SWITCHES = [
    ...['1', 'y', 'yes', 't', 'TRUE', 'on', 'perhaps'].map((value) => ['POWERTOOLS_METRICS_DISABLED', value] as const),
    ...['1', 'y', 'yes', 't', 'TRUE', 'on'].map((value) => ['POWERTOOLS_DEV', value] as const),
  ];

  test.each(SWITCHES)('%s=%s silences neither the health of services nor the metrics of ticks', async (name, value) => {
    vi.stubEnv(name, value);
    const patched = vi.spyOn(console, 'log').mockReturnValue();
    const { observer, values } = setup();
    const metrics = healthEmf();

    metrics.unhealthy('nightly');
    metrics.flush();
    observer.resumed?.('sweep');
    await observer.flush?.();

    expect(values()).toEqual([{ service: 'nightly', Unhealthy: 1 }, STEADY]);
    // Lambda puts words of its own before each line of this console.
    expect(patched).not.toHaveBeenCalled();
    // The metrics of the user's own, by Powertools too, still heed it.
    expect(process.env[name]).toBe(value);
  });

  test.each(SWITCHES)('%s=%s is a warning that it has no effect here', (name, value) => {
    expect(emfWarnings({ [name]: value })).toEqual([
      `environment: ${name} is set; it doesn't silence the metrics of Tickover`,
    ]);
  });

  test.each(['', ' ', '0', 'n', 'no', 'f', 'False', 'off'])('that is off is none: %j', (value) => {
    expect(emfWarnings({ POWERTOOLS_DEV: value, POWERTOOLS_METRICS_DISABLED: value })).toEqual([]);
    expect(emfWarnings({})).toEqual([]);
  });
});

describe('the environment', () => {
  test('names the namespace and asks for detail; empty values are none', () => {
    const asked = { TICKOVER_METRICS_NAMESPACE: 'Tickover-dev', TICKOVER_METRICS: 'detailed' };
    const none = { TICKOVER_METRICS_NAMESPACE: '', TICKOVER_METRICS: '' };

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

  test.each(['true', 'Detailed', 'detailed ', 'full'])('may not ask for the metrics %j', (metrics) => {
    expect(emfFaults({ TICKOVER_METRICS: metrics })).toEqual([
      `TICKOVER_METRICS: expected 'detailed' or nothing, got '${metrics}'`,
    ]);
  });

  test('is refused with every fault at once when a function starts', () => {
    const variables = {
      TICKOVER_TABLE: 't',
      TICKOVER_METRICS_NAMESPACE: ':x',
      TICKOVER_METRICS: 'yes',
      TICKOVER_SLACK_SECONDS: '-1',
    };

    expect(() => readEnvironment(variables)).toThrow(
      /^environment: TICKOVER_METRICS_NAMESPACE: .*; TICKOVER_METRICS: expected 'detailed' or nothing, got 'yes'; TICKOVER_SLACK_SECONDS: /,
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
  expect(documents.map(valuesOf)).toEqual([{ service: 'sweep', FailureStreak: 2, BackoffCount: 0, Halted: 0 }]);
});
