/** What a damaged state does to whoever meets it over the wire: each promise that is broken, in a line. */
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ServiceState } from '../../../lib/rules/index.ts';
import type { AcquireRequest } from '../../../lib/tick/index.ts';
import { type Connection, TABLE } from '../../support/dynalite.ts';
import { type Damage, DUE, VALID } from './damages.ts';

type Item = Readonly<Record<string, unknown>>;

/** A connection, and the table it is on where that is not the tests' own. */
export type Place = Connection & { readonly table?: string };

/** Where time stands. */
export const NOW = DUE + 5;
const LONGEST_MESSAGE = 500;

/** A request for the tick that is due. */
export function asked(service: string, over: Partial<AcquireRequest> = {}): AcquireRequest {
  const tick = { kind: 'scheduled', scheduledFor: DUE } as const;
  return { service, tick, now: NOW, build: 'b1', owner: 'ours', leaseUntil: NOW + 55_000, ...over };
}

/** Puts the item of a service with one attribute damaged; gives it as it is stored then. */
export async function putDamaged(connection: Place, service: string, damage: Damage): Promise<Item> {
  const { [damage.attribute]: _valid, ...rest } = VALID;
  const value = damage.value === undefined ? {} : { [damage.attribute]: damage.value };
  // What a newer writer added is nobody's business.
  const item = { pk: service, sk: 'STATE', ...rest, ...value, mood: { of: ['a newer writer'] } };
  await connection.documents.send(new PutCommand({ TableName: connection.table ?? TABLE, Item: item }));
  return stored(connection, service);
}

/** The item as it is stored. */
export async function stored({ documents, table = TABLE }: Place, service: string): Promise<Item> {
  const Key = { pk: service, sk: 'STATE' };
  return (await documents.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item ?? {};
}

/** Strikes a service with the damage and gives what is wrong with how it is taken. */
export async function strike(connection: Place, service: string, damage: Damage): Promise<string[]> {
  const item = await putDamaged(connection, service, damage);
  const faults = damage.harmless
    ? await takenAsStored(connection, service, item)
    : await refused(connection, { service, damage, item });
  return faults.map((fault) => `${damage.attribute} ${damage.kind}: ${fault}`);
}

/** Harmless: what is read is what stands there, no more and no less, and admission goes by it. */
async function takenAsStored({ store }: Place, service: string, item: Item): Promise<string[]> {
  const stored = stateStoredIn(item);
  const read = await outcomeOf(store.read(service));
  if (read.error !== undefined) return [`expected to be read, got ${read.error.message}`];
  if (JSON.stringify(sorted(read.value)) !== JSON.stringify(sorted(stored)))
    return [`read as ${JSON.stringify(read.value)}`];
  const answer = await outcomeOf(store.acquire(asked(service)));
  if (answer.error !== undefined) return [`expected an answer, got ${answer.error.message}`];
  const { until: haltEnd = FOREVER, build = 'b1' } = stored.halt ?? {};
  const { until: pauseEnd = FOREVER } = stored.pause ?? {};
  const isKept = (haltEnd > NOW && build === 'b1') || pauseEnd > NOW;
  return answer.value?.granted === !isKept ? [] : [`granted: ${answer.value?.granted}`];
}

const FOREVER = Number.POSITIVE_INFINITY;

/**
 * Refused: no run, the attribute named, nothing else changed, no lease left, no crash to be counted, for ticks,
 * operators and who looks.
 */
async function refused(
  connection: Place,
  { service, damage, item }: { service: string; damage: Damage; item: Item },
): Promise<string[]> {
  const { store } = connection;
  const first = await outcomeOf(store.acquire(asked(service)));
  const second = await outcomeOf(store.acquire(asked(service, { owner: 'later' })));
  const byHand = await outcomeOf(
    store.acquire(asked(service, { owner: 'by hand', tick: { kind: 'manual', force: true } })),
  );
  const faults = [first, second, byHand].flatMap(({ error }) => complaints(error, service, damage.attribute));
  const after = await stored(connection, service);
  if (JSON.stringify(lasting(after)) !== JSON.stringify(lasting(item))) faults.push('something else has changed');
  // A state that is only ahead of the clock can be read, and an operator may end what it says.
  if (damage.kind === 'the year 2100') return faults;

  const before = await stored(connection, service);
  const reading = await outcomeOf(store.read(service));
  const pausing = await outcomeOf(store.pause(service, { at: NOW, reason: 'r', by: 'b' }));
  const resuming = await outcomeOf(store.resume(service));
  faults.push(...[reading, pausing, resuming].flatMap(({ error }) => complaints(error, service, damage.attribute)));
  if (JSON.stringify(sorted(await stored(connection, service))) !== JSON.stringify(sorted(before)))
    faults.push('an operator who was refused has changed something');
  return faults;
}

function complaints(error: Error | undefined, service: string, attribute: string): string[] {
  if (error === undefined) return ['it was not refused'];
  const isNamed = error.message.includes(`: its state is damaged: ${attribute}: expected `);
  const isClear = error.name === 'UnreadableStateError' && isNamed && error.message.startsWith(`${service}: `);
  return isClear && error.message.length <= LONGEST_MESSAGE ? [] : [`reported as ${error.name}: ${error.message}`];
}

/** A lease that is taken and given back leaves these counted up. */
const COUNTERS = ['fence', 'done'];

function lasting(item: Item): Item {
  const entries = Object.entries(item).filter(([name]) => !COUNTERS.includes(name));
  return sorted(Object.fromEntries(entries)) as Item;
}

/** The value or the error that a call ends with. */
export async function outcomeOf<Value>(asked: Promise<Value>): Promise<{ value?: Value; error?: Error }> {
  return asked.then(
    (value) => ({ value }),
    (error: Error) => ({ error }),
  );
}

/** With sets and bytes spelt out, and keys in order, so that two values can be compared as text. */
function sorted(value: unknown): unknown {
  if (value instanceof Set) return ['a set', ...value].map(sorted);
  if (value instanceof Uint8Array) return ['bytes', ...value];
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([k, v]) => [k, sorted(v)]),
  );
}

/** The state as the item says it, attribute by attribute, unjudged. */
function stateStoredIn(item: Item): ServiceState {
  const number = (name: string) => item[name] as number;
  const text = (name: string) => item[name] as string;
  const ring = text('runs') === undefined ? [] : RING;
  return {
    fence: number('fence'),
    countedUpTo: number('done'),
    epoch: number('epoch') ?? 0,
    lease: { owner: text('leaseOwner'), until: number('leaseUntil'), tick: number('leaseTick') },
    lastTick: number('lastTick'),
    lastSuccess: number('lastSuccess'),
    notBefore: number('notBefore'),
    notBeforeBuild: text('notBeforeBuild'),
    halt: {
      at: number('haltAt'),
      until: number('haltUntil'),
      build: text('haltBuild'),
      cause: text('haltCause') ?? 'unknown',
    },
    pause: {
      at: number('pauseAt'),
      until: number('pauseUntil'),
      reason: text('pauseReason') ?? '',
      by: text('pauseBy') ?? '',
    },
    trackRecord: text('record') === undefined ? [] : [true, false],
    backoffCount: number('backoffCount') ?? 0,
    streak: number('streak') ?? 0,
    failuresAfter: number('failuresSince') ?? 0,
    runs: ring,
    cursor: text('cursor'),
  } as ServiceState;
}

const RING = [
  { outcome: 'succeeded', at: 1, durationMs: 5, manual: false },
  { outcome: 'failed', at: DUE - 60_000, durationMs: 5, manual: false },
];
