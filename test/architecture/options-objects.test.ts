/** Whatever takes an object of options from a user refuses an unknown name, and a value of another shape. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { dynamoFlowRunStore, markLate } from '../../lib/flow-runs/index.ts';
import { scheduledHandler } from '../../lib/lambda/index.ts';
import { createLoop, runLoop, runMany } from '../../lib/loop/index.ts';
import { emfObserver } from '../../lib/metrics/index.ts';
import { metricsServer } from '../../lib/prometheus/index.ts';
import { awsSecrets } from '../../lib/secrets/index.ts';
import { defineService } from '../../lib/service/index.ts';
import { defineMarkLateRuns } from '../../lib/services/mark-late-runs.ts';
import { fakeClock, harness, scriptedRandom } from '../../lib/testing/index.ts';
import { keptLog } from '../support/loop-kit.ts';

const service = defineService({ name: 'sync', interval: '5m', workload: async () => {} });
const parts = { clock: fakeClock(), random: scriptedRandom(), log: keptLog() };
const loop = () => createLoop(service, parts);
const UNKNOWN = 'expected only known names, got';

/** A call with the options, laid over those that it needs. */
type Call = (options: never) => unknown;

const CALLS: readonly (readonly [name: string, call: Call, misspelt: object, misshapen: object, fault: string])[] = [
  [
    'defineService',
    (options) => defineService(options),
    { backof: 1 },
    { workload: 1 },
    'workload: expected a function',
  ],
  ['createLoop', (options) => createLoop(service, options), { pase: 1 }, { onStop: 1 }, 'onStop: expected a function'],
  ['runLoop', (options) => runLoop(service, options), { loop: 1 }, { loops: '3' }, 'loops: expected a whole number'],
  [
    'start',
    (options) => loop().start(1, options),
    { handlesignals: true },
    { handleSignals: 1 },
    'handleSignals: expected',
  ],
  ['stop', (options) => loop().stop(options), { blok: true }, { block: 'no' }, 'block: expected true or false'],
  ['runMany', (options) => runMany([], options), { signal: {} }, { signals: 'x' }, 'signals: expected an object'],
  [
    'scheduledHandler',
    (options) => scheduledHandler(service, options),
    { stor: {} },
    { observers: {} },
    'observers: expected a list',
  ],
  ['awsSecrets', (options) => awsSecrets(options), { regoin: 'x' }, { endpoint: 1 }, 'endpoint: expected text'],
  ['emfObserver', (options) => emfObserver(options), { namespaec: 'x' }, { namespace: 1 }, 'namespace: expected text'],
  [
    'metricsServer',
    (options) => metricsServer(options),
    { prot: 1 },
    { enabled: 'yes' },
    'enabled: expected true or false',
  ],
  [
    'fakeClock',
    (options) => fakeClock(0, options),
    { mod: 'auto' },
    { mode: 'fast' },
    "mode: expected 'auto' or 'manual'",
  ],
  ['harness', (options) => harness(service, options), { sead: 1 }, { env: 'x' }, 'env: expected an object'],
  [
    'markLate',
    (options) => markLate({} as never, {} as never, options),
    { pagesize: 5 },
    { mark: 'x' },
    'mark: expected a function',
  ],
  [
    'defineMarkLateRuns',
    (options) => defineMarkLateRuns(options),
    { pagesize: 5 },
    { mark: 'x' },
    'mark: expected a function',
  ],
  [
    'put of a flow-run store',
    (options) => dynamoFlowRunStore(new DynamoDBClient({ region: 'local' }), 'Runs').put({} as never, options),
    { overwrit: true },
    { overwrite: 1 },
    'overwrite: expected true or false',
  ],
];

/** What a call throws, or rejects with. */
async function refusalOf(call: Call, options: unknown): Promise<string> {
  try {
    await call(options as never);
    return 'nothing';
  } catch (error) {
    return String(error);
  }
}

/** What `createLoop` needs besides. */
const needed = (name: string) => (['createLoop', 'runLoop'].includes(name) ? parts : {});

describe('options', () => {
  test.each(CALLS)('of an unknown name are refused, with the nearest known one: %s', async (name, call, misspelt) => {
    const [written = ''] = Object.keys(misspelt);
    const refusal = await refusalOf(call, { ...needed(name), ...misspelt });

    expect(refusal).toContain('InvalidOptionsError');
    expect(refusal).toContain(`${written}: ${UNKNOWN}`);
    expect(refusal).toContain('did you mean ');
  });

  test.each(CALLS)('of an unknown name that is near to none are refused: %s', async (name, call) => {
    expect(await refusalOf(call, { ...needed(name), colour: 'blue' })).toContain(`colour: ${UNKNOWN} 'blue'`);
  });

  test.each(CALLS)('of another shape are refused: %s', async (name, call, _misspelt, misshapen, fault) => {
    expect(await refusalOf(call, { ...needed(name), ...misshapen })).toContain(fault);
  });

  test.each(CALLS)('are an object: %s', async (_name, call) => {
    for (const options of [null, 5, 'x', [], () => {}]) {
      expect(await refusalOf(call, options)).toContain('options: expected an object of options, got ');
    }
  });
});

describe('what a loop is made of', () => {
  test.each([undefined, null, {}, 'sync', { name: 'sync', interval: '5m' }])('is a defined service: %j', (given) => {
    expect(() => createLoop(given as never, parts)).toThrow('service: expected the result of defineService, got ');
  });

  test.each([[undefined], ['x'], [[5]], [[service]]])('are loops, where there are several: %j', async (loops) => {
    expect(await refusalOf(() => runMany(loops as never), undefined)).toMatch(
      /runMany: loops(?:\[0\])?: expected (?:a list of loops|the result of createLoop), got /,
    );
  });
});
