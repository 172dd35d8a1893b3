import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../lib/local/index.ts';
import type { ServiceState } from '../../lib/rules/index.ts';
import { dynamoStateStore } from '../../lib/store/index.ts';
import { TABLE, testDatabase } from '../support/dynalite.ts';
import { eventually } from '../support/eventually.ts';
import { runScript, type Started, startScript } from '../support/process.ts';

const MACHINE = 'test/local/fixtures/keep-machine.ts';

let directory: string;
const processes: Started[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tickover-kill-'));
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((started) => started.end('SIGKILL')));
  await rm(directory, { recursive: true, force: true });
});

interface Line {
  readonly message: string;
  readonly disposition?: string;
  readonly reason?: string;
  readonly outcome?: string;
  readonly crashesBooked?: number;
  readonly startedAt: string;
  readonly tick: string;
}

function startMachine(): Started {
  const started = startScript(MACHINE, [directory], {
    MARKS_STARTED: join(directory, 'started'),
    MARKS_HANG: join(directory, 'hang'),
  });
  processes.push(started);
  return started;
}

async function ticksLogged(): Promise<Line[]> {
  const text = await readFile(join(directory, 'log.jsonl'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as Line).filter(({ message }) => message === 'tick');
}

async function stateOnDisk(): Promise<ServiceState> {
  const database = await openDatabase({ directory, brief: true });
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const state = await dynamoStateStore(DynamoDBDocumentClient.from(client), 'tickover').read('keeps-count');
    if (state === undefined) throw new Error('the service has no state');
    return state;
  } finally {
    client.destroy();
    await database.close();
  }
}

describe('kill -9 in the middle of a run', () => {
  test('the first tick after the lease has expired takes over, counts the crash, and nothing is lost', async () => {
    const first = startMachine();
    await first.line(/keeps-count +succeeded/);
    await appendFile(join(directory, 'hang'), '');
    await eventually(async () => {
      const marks = await readFile(join(directory, 'started'), 'utf8').catch(() => '');
      return marks.includes('hangs') ? marks : undefined;
    });
    await first.end('SIGKILL');
    await rm(join(directory, 'hang'));
    const killed = await stateOnDisk();
    const loggedBefore = (await ticksLogged()).length;

    startMachine();
    const taken = await eventually(async () =>
      (await ticksLogged()).slice(loggedBefore).find(({ disposition }) => disposition === 'ran'),
    );
    const skipped = (await ticksLogged()).slice(loggedBefore).filter(({ startedAt }) => startedAt < taken.startedAt);
    const after = await eventually(async () =>
      (await ticksLogged()).length > loggedBefore + skipped.length + 1 ? true : undefined,
    ).then(async () => {
      await Promise.all(processes.splice(0).map((started) => started.end('SIGKILL')));
      return stateOnDisk();
    });

    expect(killed.lease?.until).toBeGreaterThan(0);
    expect(killed.fence).toBe(killed.countedUpTo + 1);
    expect(taken).toMatchObject({ outcome: 'succeeded', crashesBooked: 1 });
    const leaseUntil = killed.lease?.until ?? 0;
    expect(Date.parse(taken.startedAt)).toBeGreaterThanOrEqual(leaseUntil);
    for (const line of skipped) {
      expect(line).toMatchObject({ disposition: 'skipped' });
      expect(['overlap', 'duplicate', 'late']).toContain(line.reason);
      expect(Date.parse(line.startedAt)).toBeLessThan(leaseUntil);
    }
    const runs = after.runs.map(({ outcome }) => outcome);
    expect(runs.slice(0, killed.runs.length)).toEqual(killed.runs.map(({ outcome }) => outcome));
    expect(runs.slice(killed.runs.length, killed.runs.length + 2)).toEqual(['crashed', 'succeeded']);
  });
});

describe('a service whose process dies every time', () => {
  /** What became of twelve ticks, a minute apart by the clock of their processes. */
  async function play(how: 'dies' | 'throws', endpoint: string): Promise<string[]> {
    const start = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
    const results: string[] = [];
    for (let tick = 0; tick < 12; tick++) {
      const env = {
        TICKOVER_TABLE: TABLE,
        TICKOVER_BUILD: 'test',
        AWS_ENDPOINT_URL_DYNAMODB: endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      };
      const due = new Date(start + tick * 60_000).toISOString();
      const { signal, lines } = await runScript('test/local/fixtures/fail-once.ts', [how, due], env);
      const answer = lines.find((line) => line.startsWith('ANSWER '))?.slice('ANSWER '.length);
      results.push(resultOf(signal, answer));
      if (results.at(-1) === 'skipped halted') break;
    }
    return results;
  }

  function resultOf(signal: string | null, answer = '{}'): string {
    if (signal === 'SIGKILL') return 'failed';
    const { disposition, reason, threw } = JSON.parse(answer) as Record<string, string | null>;
    if (threw !== undefined) return `threw ${threw}`;
    return disposition === 'skipped' ? `skipped ${reason}` : 'failed';
  }

  test('trips, backs off and halts like one that throws', async () => {
    const database = await testDatabase();
    try {
      const [ofCrashes, ofErrors] = await Promise.all([
        play('dies', database.endpoint),
        play('throws', database.endpoint),
      ]);
      const { store } = database.connect();
      const [crashed, failed] = [await store.read('service-that-dies'), await store.read('service-that-throws')];

      expect(ofErrors).toEqual([
        ...['failed', 'failed', 'failed', 'skipped backoff', 'failed', 'failed', 'threw ServiceHaltedError'],
        'skipped halted',
      ]);
      // A process that died can't throw: the next tick counts its death, and that is when the halt is thrown.
      expect(ofCrashes).toEqual([
        ...['failed', 'failed', 'failed', 'skipped backoff', 'failed', 'failed', 'failed'],
        ...['threw ServiceHaltedError', 'skipped halted'],
      ]);
      for (const state of [crashed, failed]) {
        expect(state).toMatchObject({ trackRecord: [false, false, false], backoffCount: 2, streak: 6 });
        expect(state?.halt?.cause).toBe('Service exceeded error threshold.');
      }
      expect(crashed?.notBefore).toBe(failed?.notBefore);
    } finally {
      await database.close();
    }
  });
});
