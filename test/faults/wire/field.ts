/**
 * The field of the fault suite: a database, a proxy before it where faults strike, the ledger of the runs, and a clock
 * that is ahead of the machine's as far as the suite says. Writes pass one after the other, each with a look at the
 * item before and after it.
 */
import {
  type Asked,
  type Exchange,
  interceptingProxy,
  type Reply,
  returningOldItems,
} from '../../support/wire-proxy.ts';
import { type Attributes, callOf, serviceOf, sizeOf, unmarshalled } from './calls.ts';
import { openJournal } from './journal.ts';
import type { Play } from './play.ts';
import { strikeAt } from './strikes.ts';
import { strike } from './struck.ts';

/** A record's bound, in bytes. */
const LARGEST_RECORD = 16_384;

/** A field that is laid out. */
export interface Field {
  readonly endpoint: string;
  readonly journal: string;
  /** How far the clock of those under test is ahead of the machine's, in milliseconds. */
  ahead: number;
  play: Play | undefined;
  /** Whether a refused condition comes back with the item, on an endpoint that keeps it to itself. */
  returnsOldItems: boolean;
  /** Lets all held requests go, and waits until they have arrived. */
  letGo(): Promise<void>;
  /** The item as it lies in the table. */
  item(service: string): Promise<Attributes | undefined>;
  close(): Promise<void>;
}

/** Lays out a field before the database at `target`. */
export async function layOut(target: string, table: string): Promise<Field> {
  const now = () => Date.now() + field.ahead;
  const inTurn = turns();
  const held = holding();

  /** Passes a request on; a write that is taken is witnessed. */
  const pass = ({ operation, request, client, send, ...asked }: Asked): Promise<Exchange> => {
    if (operation !== 'UpdateItem') return asked.pass();
    return inTurn(async () => {
      const service = serviceOf(request);
      const before = await readItem(send, table, service);
      const exchange = await asked.pass();
      const after = await readItem(send, table, service);
      if (exchange.status !== 200 || after === undefined) return exchange;
      const items = { before: before && unmarshalled(before), after: unmarshalled(after), size: sizeOf(after) };
      field.play?.witness.wrote({ call: callOf(operation, request), client, ...items, now: now() });
      return exchange;
    });
  };
  const answered = async (exchange: Exchange): Promise<NonNullable<Reply>> => ({
    status: exchange.status,
    answer: (field.returnsOldItems ? await returningOldItems(exchange) : exchange.answer) ?? {},
  });

  const proxy = await interceptingProxy(target, async (asked) => {
    const call = callOf(asked.operation, asked.request);
    if (call === 'putRun') weigh(asked, field.play);
    const { play } = field;
    const struck = strikeAt(play?.strikes ?? [], call, asked.client);
    if (play === undefined || struck === undefined) return answered(await pass(asked));
    const { pauseOrResume, rival } = play;
    const sender = play.instanceOf(asked.client);
    return strike(struck.manner, { sender, pauseOrResume, rival, pass: () => pass(asked), answered, hold: held.hold });
  });
  const journal = await openJournal(() => field.play, now);

  const field: Field = {
    endpoint: proxy.endpoint,
    journal: journal.endpoint,
    ahead: 0,
    play: undefined,
    returnsOldItems: false,
    letGo: held.letGo,
    item: (service) => inTurn(() => readItem(directly(target), table, service)),
    async close() {
      await held.letGo();
      await journal.close();
      await proxy.close();
    },
  };
  return field;
}

function weigh({ request }: Asked, play: Play | undefined): void {
  const size = sizeOf((request['Item'] ?? {}) as Attributes);
  if (size > LARGEST_RECORD) play?.witness.violations.push(`I5 a record has ${size} bytes`);
}

/** Does one thing after the other. */
function turns() {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
}

/** Keeps requests back until they are let go. */
function holding() {
  const kept: { go: () => void; readonly arrived: Promise<unknown> }[] = [];
  return {
    async hold(pass: () => Promise<Exchange>): Promise<void> {
      let go = () => {};
      const gone = new Promise<void>((resolve) => {
        go = resolve;
      });
      const arrived = gone.then(pass);
      kept.push({ go, arrived });
      await arrived;
    },
    async letGo(): Promise<void> {
      const going = kept.splice(0);
      for (const { go } of going) go();
      await Promise.all(going.map(({ arrived }) => arrived));
    },
  };
}

async function readItem(send: Exchange['send'], table: string, service: string): Promise<Attributes | undefined> {
  const Key = { pk: { S: service }, sk: { S: 'STATE' } };
  const { Item } = await send('GetItem', { TableName: table, Key, ConsistentRead: true });
  return Item as Attributes | undefined;
}

/** Sends a request to the database itself. */
function directly(target: string): Exchange['send'] {
  return async (operation, request) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20251009T090000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20251009/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    };
    const answered = await fetch(target, { method: 'POST', headers, body: JSON.stringify(request) });
    return (await answered.json()) as Readonly<Record<string, unknown>>;
  };
}
