import { join } from 'node:path';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { defineService } from '../../lib/service/index.ts';
import { watchdogVariables } from '../../lib/watchdog/index.ts';
import { TABLE } from '../support/dynalite.ts';
import { ROOT, runScript } from '../support/process.ts';
import { useDatabase } from '../support/use-database.ts';

describe('its function in Lambda', () => {
  const database = useDatabase();

  /** Asleep for two days, awake right now, damaged, and none at all of `new`. */
  async function seed() {
    const now = Date.now();
    const { documents } = database.connect();
    const state = { sk: 'STATE', v: 1, fence: 1, done: 1 };
    const items = [
      { pk: 'asleep', ...state, lastTick: now - 172_800_000 },
      { pk: 'awake', ...state, lastTick: now },
      { pk: 'damaged', ...state, done: 'one' },
      { pk: 'watch-services', ...state, cursor: '' },
    ];
    for (const Item of items) await documents.send(new PutCommand({ TableName: TABLE, Item }));
  }

  async function check(env: Record<string, string> = {}) {
    const services = ['asleep', 'awake', 'damaged', 'new'].map((name) => defineService({ name, interval: '1h' }));
    const { code, lines } = await runScript(join(ROOT, 'test/services/fixtures/watchdog-process.ts'), [], {
      AWS_LAMBDA_FUNCTION_NAME: 'watch-services',
      AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      TICKOVER_TABLE: TABLE,
      TICKOVER_METRICS_NAMESPACE: 'Tickover-dev',
      POWERTOOLS_DEV: '',
      ...watchdogVariables(services),
      ...env,
    });
    const json = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    const metrics = json.filter(({ _aws }) => _aws !== undefined);
    return {
      code,
      namespaces: new Set(metrics.map(({ _aws }) => _aws.CloudWatchMetrics[0].Namespace)),
      overdue: metrics.filter((each) => 'Overdue' in each).map(({ service, Overdue }) => [service, Overdue]),
      warned: json.filter(({ level }) => level === 'WARN').map(({ watched, kind }) => [watched, kind]),
      answer: json.find((each) => 'answer' in each)?.answer,
    };
  }

  test('counts each service by metric under its own name, and keeps its memory and state like any service', async () => {
    await seed();

    const first = await check();

    expect(first.code).toBe(0);
    expect(first.namespaces).toEqual(new Set(['Tickover-dev']));
    expect(first.overdue).toEqual([
      ['asleep', 0],
      ['awake', 0],
      ['damaged', 1],
      ['new', 0],
    ]);
    expect(first.warned).toEqual([['damaged', 'unreadable']]);
    expect(first.answer).toMatchObject({ outcome: 'succeeded', result: { watched: 4, overdue: ['damaged'] } });

    const { store } = database.connect();
    const cursor = (await store.read('watch-services'))?.cursor ?? '';
    const [list, floor, ...rest] = cursor.split('.');
    const longAgo = (Number.parseInt(floor ?? '', 36) - 172_000_000).toString(36);
    const { documents } = database.connect();
    await documents.send(
      new PutCommand({
        TableName: TABLE,
        Item: {
          pk: 'watch-services',
          sk: 'STATE',
          v: 1,
          fence: 2,
          done: 2,
          cursor: [list, longAgo, ...rest].join('.'),
        },
      }),
    );

    const second = await check();

    expect(second.overdue).toEqual([
      ['asleep', 1],
      ['awake', 0],
      ['damaged', 1],
      ['new', 0],
    ]);
    expect(second.warned).toEqual([
      ['asleep', 'missed'],
      ['damaged', 'unreadable'],
    ]);
  });

  test('fails like any run when its list cannot be read', async () => {
    await seed();

    const { answer, overdue } = await check({ TICKOVER_WATCHED: '{"a":[0,0]}' });

    expect(answer).toMatchObject({ disposition: 'ran', outcome: 'failed' });
    expect(overdue).toEqual([]);
  });
});
