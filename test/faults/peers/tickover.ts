/** Tickover itself, asked like its peers: the handler of a service over the state store. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { scheduledHandler } from '../../../lib/lambda/index.ts';
import { defineService, type Service } from '../../../lib/service/index.ts';
import { dynamoStateStore, stateTable } from '../../../lib/store/index.ts';
import { fakeClock } from '../../../lib/testing/index.ts';
import { systemClock, systemRandom, toIso } from '../../../lib/time/index.ts';
import { keptLog } from '../../support/loop-kit.ts';
import { documentsAt } from './documents.ts';
import { type Peer, type Process, startedOrRefused } from './peer.ts';

const TABLE = 'tickover-state';
/** The tick that every process is asked to run. */
const SCHEDULED_FOR = toIso(Math.floor(systemClock.now() / 60_000) * 60_000);
/** How much longer than a run may take its lease lasts. */
const MARGIN = '500ms';

/** Tickover. */
export function tickover(): Peer {
  return {
    name: 'Tickover',
    takesBy: 'UpdateItem',
    async prepare(endpoint) {
      await documentsAt(endpoint).send(new CreateTableCommand(stateTable(TABLE)));
    },
    start: async (endpoint, how = { stalls: false }) => processOf(endpoint, how.stalls),
    async stored(endpoint) {
      const { Item } = await documentsAt(endpoint).send(
        new GetCommand({ TableName: TABLE, Key: { pk: 'duty', sk: 'STATE' } }),
      );
      return String(Item?.['cursor'] ?? 'nothing');
    },
  };
}

function processOf(endpoint: string, stalls: boolean): Process {
  const clock = stalls ? fakeClock(systemClock.now(), { mode: 'manual' }) : systemClock;
  const ports = {
    store: dynamoStateStore(documentsAt(endpoint), TABLE),
    clock,
    random: systemRandom,
    log: keptLog(),
    observers: [],
    recycle: () => {},
  };
  const environment = { table: TABLE, build: 'b1', slack: 0, inLambda: false, variables: {} };
  return {
    begin: (atMostMs) =>
      startedOrRefused({
        make(work) {
          const workload: Service['workload'] = async ({ saveCursor }) => saveCursor(await work());
          const duty = defineService({ name: 'duty', interval: '1m', leaseMargin: MARGIN, workload });
          const handler = scheduledHandler(duty, { ...ports, environment });
          return handler({ scheduledFor: SCHEDULED_FOR }, { getRemainingTimeInMillis: () => atMostMs });
        },
        refusal: (answer) => ('reason' in answer ? `skipped as ${answer.reason}` : 'no tick'),
      }),
    close: async () => {},
  };
}
