/** Metrics in a log, found. */
import { describe, expect, test } from 'vitest';
import { awsAt } from './aws.ts';
import { invoke, metricsIn } from './invoke.ts';

const line = (streak: number, halted: number, at = 1_000) =>
  JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: 'Tickover-rehearsal',
          Dimensions: [['service']],
          Metrics: [{ Name: 'FailureStreak' }, { Name: 'Halted' }],
        },
      ],
    },
    service: 'steered',
    FailureStreak: streak,
    Halted: halted,
  });

test('metrics are read with namespace, dimensions and value; the last of a name stands, other lines are passed over', () => {
  const log = ['{"level":"INFO","message":"tick","FailureStreak":9}', line(1, 0), 'plain text', line(2, 1)].join('\n');
  const common = { namespace: 'Tickover-rehearsal', dimensions: { service: 'steered' } };

  expect(metricsIn(log, 1_000)).toEqual({
    FailureStreak: { ...common, name: 'FailureStreak', value: 2 },
    Halted: { ...common, name: 'Halted', value: 1 },
  });
});

test('a log without metrics has none', () => {
  expect(metricsIn('START\n{"level":"INFO"}\nEND', 0)).toEqual({});
});

test('a line that an earlier invocation wrote and that came late is none of this one', () => {
  expect(metricsIn([line(1, 0, 999), line(2, 0, 1_000)].join('\n'), 1_000)).toMatchObject({
    FailureStreak: { value: 2 },
  });
  expect(metricsIn(line(1, 0, 999), 1_000)).toEqual({});
});

/** A Lambda whose answers have these logs, the last of them from then on; and what it was invoked with. */
function lambdaWithLogs(...logs: string[]) {
  const aws = awsAt({ endpoint: 'http://127.0.0.1:9', environment: {} });
  const payloads: unknown[] = [];
  const send = async ({ input }: { input: { Payload: string } }) => {
    payloads.push(JSON.parse(input.Payload));
    const log = (logs.length > 1 ? logs.shift() : logs[0]) ?? '';
    return { Payload: Buffer.from('{"outcome":"succeeded"}'), LogResult: Buffer.from(log).toString('base64') };
  };
  return { aws: { ...aws, lambda: Object.assign(aws.lambda, { send }) }, payloads };
}

describe('an invocation whose metrics are awaited', () => {
  const tick = { functionName: 'steered', payload: { scheduledFor: 'then' }, awaited: ['FailureStreak'] };

  test('is made once where its log has them', async () => {
    const { aws, payloads } = lambdaWithLogs(line(1, 0, Date.now() + 60_000));

    expect((await invoke(aws, tick)).metrics).toMatchObject({ FailureStreak: { value: 1 } });
    expect(payloads).toEqual([tick.payload]);
  });

  test('has them also where they come with the next log', async () => {
    const { aws, payloads } = lambdaWithLogs('{"message":"tick"}', line(2, 0, Date.now() + 60_000));

    const { answer, metrics } = await invoke(aws, tick);

    expect(answer).toEqual({ outcome: 'succeeded' });
    expect(metrics).toMatchObject({ FailureStreak: { value: 2 } });
    expect(payloads).toEqual([tick.payload, { action: 'status' }]);
  });

  test('lacks them where they never come', async () => {
    const { aws, payloads } = lambdaWithLogs(line(1, 0, 0));

    expect((await invoke(aws, tick)).metrics).toEqual({});
    expect(payloads).toHaveLength(21);
  });
});
