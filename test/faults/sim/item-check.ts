/** What the item says, held against the reference; and its size, counted independently of the store. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { MarshalledItem } from './expressions.ts';
import type { Reference } from './reference.ts';
import type { Between } from './reference-loop.ts';

/** Bounds of promise I5, in bytes. */
const LARGEST_STATE = 1_024;
const LARGEST_RECORD = 16_384;

/** What is wrong with the size of an item that was written. */
export function sizeFaults(item: MarshalledItem): string[] {
  const isState = item['sk']?.S === 'STATE';
  const size = Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value), 0);
  const largest = isState ? LARGEST_STATE : LARGEST_RECORD;
  return size <= largest ? [] : [`I5: ${isState ? 'the hot item' : 'a run record'} has ${size} bytes`];
}

/**
 * As DynamoDB counts: text in UTF-8; two significant digits a byte and one more; three bytes for a map and one for each
 * member.
 */
function sizeOf({ S, N, BOOL, M }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return numberSize(N);
  if (BOOL !== undefined) return 1;
  if (M === undefined) throw new Error('an attribute of a kind that nobody stores');
  return Object.entries(M).reduce((sum, [name, value]) => sum + 1 + Buffer.byteLength(name) + sizeOf(value), 3);
}

function numberSize(written: string): number {
  const digits = written.replaceAll(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
  return Math.ceil(digits.length / 2) + (written.startsWith('-') ? 2 : 1);
}

type Expected = string | number | Between | undefined;

/**
 * In what the item differs from the reference, each with the promise that it breaks. Instants that it tells closer are
 * taken over.
 */
export function differences(item: MarshalledItem, reference: Reference): string[] {
  const { loop, holder, pause } = reference;
  const request = holder?.visit.request;
  const found: string[] = [];
  const expect = (promise: string, name: string, expected: Expected) => {
    const stored = item[name]?.S ?? item[name]?.N;
    if (!agrees(stored, expected)) found.push(`${promise}: ${name} is ${stored ?? 'missing'}, not ${worded(expected)}`);
  };
  expect('I3', 'fence', reference.fence);
  expect('I6', 'done', reference.fence - reference.crashed - (reference.isRunning ? 1 : 0));
  expect('I1', 'leaseOwner', request?.owner);
  expect('I1', 'leaseUntil', request?.leaseUntil);
  expect('I1', 'leaseTick', request?.tick.kind === 'scheduled' ? request.tick.scheduledFor : undefined);
  expect('I7', 'epoch', reference.epoch === 0 ? undefined : reference.epoch);
  expect('I7', 'pauseUntil', pause?.until);
  if ((item['pauseAt'] === undefined) !== (pause === undefined))
    found.push('I7: the pause is not as the operator left it');
  expect('I2', 'lastTick', loop.lastTick);
  expect('rules', 'record', recordOf(loop.record));
  expect('rules', 'backoffCount', loop.backoffCount === 0 ? undefined : loop.backoffCount);
  expect('rules', 'streak', loop.streak === 0 ? undefined : loop.streak);
  expect('rules', 'notBefore', loop.notBefore);
  if (loop.notBefore === undefined || loop.notBeforeBuild !== undefined) {
    expect('rules', 'notBeforeBuild', loop.notBeforeBuild);
  }
  expect('rules', 'haltUntil', loop.halt?.until);
  expect('rules', 'haltBuild', loop.halt?.build);
  expect('rules', 'lastSuccess', loop.lastSuccess);
  expect('rules', 'cursor', loop.cursor);
  const ring = (item['runs']?.S ?? '')
    .split(' ')
    .map((run) => run.slice(0, 1))
    .join('');
  const kept = loop.runs.join('').slice(-20);
  if (!kept.endsWith(ring) || (ring === '' && kept !== ''))
    found.push(`I6: the ring of runs is '${ring}', not '${kept}'`);
  return found;
}

/** Instants that the reference knew only by their bounds, as the item tells them. */
export function readInstants(item: MarshalledItem, { loop }: Reference): void {
  const stored = (name: string): Between => ({ from: Number(item[name]?.N), to: Number(item[name]?.N) });
  if (loop.notBefore !== undefined) {
    loop.notBefore = stored('notBefore');
    loop.notBeforeBuild ??= item['notBeforeBuild']?.S;
  }
  if (loop.lastSuccess !== undefined) loop.lastSuccess = stored('lastSuccess');
  if (loop.halt?.until !== undefined) loop.halt.until = stored('haltUntil');
}

function recordOf(record: readonly boolean[]): string | undefined {
  return record.includes(false) ? record.map((good) => (good ? '1' : '0')).join('') : undefined;
}

function agrees(stored: string | undefined, expected: Expected): boolean {
  if (typeof expected !== 'object') return stored === (expected === undefined ? undefined : String(expected));
  const value = Number(stored ?? Number.NaN);
  return value >= expected.from && value <= expected.to;
}

function worded(expected: Expected): string {
  if (typeof expected !== 'object') return String(expected ?? 'missing');
  return expected.from === expected.to ? String(expected.from) : `from ${expected.from} to ${expected.to}`;
}
