import { join } from 'node:path';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { defineService } from '../../lib/service/index.ts';
import { dynamoWatchdogMemory } from '../../lib/store/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { watchdogVariables } from '../../lib/watchdog/index.ts';
import { TABLE } from '../support/dynalite.ts';
import { ROOT, runScript } from '../support/process.ts';
import { useDatabase } from '../support/use-database.ts';

describe('its function in Lambda', () => {
  const database = useDatabase();

  /** Halted an hour ago, awake right now, damaged, and none at all of `new`. */
  async function seed() {
    const now = Date.now();
    const { documents } = database.connect();
    const state = { sk: 'STATE', v: 1, fence: 1, done: 1 };
    const items = [
      { pk: 'halted', ...state, lastTick: now - 3_600_000, haltAt: now - 3_600_000, haltCause: 'TypeError: no' },
      { pk: 'awake', ...state, lastTick: now, lastSuccess: now },
      { pk: 'damaged', ...state, done: 'one' },
    ];
    for (const Item of items) await documents.send(new PutCommand({ TableName: TABLE, Item }));
  }

  async function check(event: object, env: Record<string, string> = {}) {
    const services = ['halted', 'awake', 'damaged', 'new'].map((name) => defineService({ name, interval: '1h' }));
    const script = join(ROOT, 'test/services/fixtures/watchdog-process.ts');
    const { code, lines } = await runScript(script, [JSON.stringify(event)], {
      AWS_LAMBDA_FUNCTION_NAME: 'watch-services',
      AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      TICKOVER_TABLE: TABLE,
      TICKOVER_METRICS_NAMESPACE: 'Tickover-dev',
      POWERTOOLS_DEV: '',
      POWERTOOLS_METRICS_DISABLED: 'true',
      ...watchdogVariables(services),
      ...env,
    });
    const json = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    const metrics = json.filter(({ _aws }) => _aws !== undefined);
    return {
      code,
      namespaces: new Set(metrics.map(({ _aws }) => _aws.CloudWatchMetrics[0].Namespace)),
      unhealthy: metrics.filter((each) => 'Unhealthy' in each).map(({ service }) => service),
      watched: metrics.filter((each) => 'Watched' in each).map((each) => [each.Watched, each.UnhealthyServices]),
      warned: json.filter(({ level, kind }) => level === 'WARN' && kind).map(({ watched, kind }) => [watched, kind]),
      answer: json.find((each) => 'answer' in each)?.answer,
    };
  }

  test('counts each service in trouble by metric, says each trouble once, and remembers both from process to process', async () => {
    await seed();
    const minute = Math.floor(Date.now() / 60_000) * 60_000;
    const tick = (at: number) => ({ scheduledFor: new Date(at).toISOString(), executionId: 'e', attempt: '1' });

    const first = await check(tick(minute));
    const second = await check(tick(minute + 60_000));

    expect([first.code, first.namespaces]).toEqual([0, new Set(['Tickover-dev'])]);
    expect([first.unhealthy, first.watched]).toEqual([['damaged', 'halted'], [[4, 2]]]);
    expect(first.warned).toEqual([
      ['damaged', 'unreadable'],
      ['halted', 'halted'],
    ]);
    expect(first.answer).toMatchObject({ outcome: 'succeeded', result: { watched: 4 } });
    expect([second.unhealthy, second.warned]).toEqual([['damaged', 'halted'], []]);
    const context = { clock: fakeClock(0), random: scriptedRandom(), signal: new AbortController().signal };
    const [part] = await dynamoWatchdogMemory(database.connect().documents, TABLE, 'watch-services').load(context);
    expect(Object.keys(part?.entries ?? {})).toEqual(['awake', 'damaged', 'halted', 'new']);
  });

  test('run by hand writes no sign of its own life', async () => {
    const { watched, answer } = await check({ action: 'run-once' });

    expect(answer).toMatchObject({ outcome: 'succeeded' });
    expect(watched).toEqual([]);
  });

  test('fails like any run when its list cannot be read', async () => {
    const { answer, unhealthy } = await check({ action: 'run-once' }, { TICKOVER_WATCHED: '{"a":[0,0]}' });

    expect(answer).toMatchObject({ disposition: 'ran', outcome: 'failed' });
    expect(unhealthy).toEqual([]);
  });
});
