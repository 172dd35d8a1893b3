/** A process under test: the real handler on the real store, invoked by messages. Its workload tells the ledger when it begins and ends. */

import { type ScheduledHandler, scheduledHandler } from '../../../lib/lambda/index.ts';
import { defineService, type Log, type RunContext } from '../../../lib/runner/index.ts';
import { type Clock, systemClock } from '../../../lib/time/index.ts';
import { type Instruction, type Invoke, type Invoked, RULES, type Start } from './messages.ts';

const { WIRE_LEDGER = '', WIRE_TABLE = '', AWS_ACCESS_KEY_ID: client = '' } = process.env;

let ahead = 0;
const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead };
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const handlers = new Map<string, ScheduledHandler>();

function handlerOf(name: string): ScheduledHandler {
  const known = handlers.get(name);
  if (known !== undefined) return known;
  const environment = { table: WIRE_TABLE, build: 'b1', slack: 0, inLambda: false, variables: {} };
  const service = defineService({ name, ...RULES, printer: () => {}, workload });
  const made = scheduledHandler(service, { clock, log: silent, observers: [], environment });
  handlers.set(name, made);
  return made;
}

async function workload({ service, fence, scheduledFor, signal }: RunContext<undefined>): Promise<void> {
  const start: Start = { service, client, fence, tick: scheduledFor ?? null };
  const told = await fetch(`${WIRE_LEDGER}/start`, { method: 'POST', body: JSON.stringify(start), signal });
  const instruction = (await told.text()) as Instruction;
  await fetch(`${WIRE_LEDGER}/end`, { method: 'POST', body: JSON.stringify(start), signal });
  if (instruction === 'fail') throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
}

async function invoke({ id, service, event }: Invoke): Promise<Invoked> {
  try {
    const answer = await handlerOf(service)(event, { getRemainingTimeInMillis: () => RULES.timeout });
    return { id, answer: { ...answer } };
  } catch (thrown) {
    const { code = '', operation = '', message } = thrown as Error & { code?: string; operation?: string };
    return { id, error: { code, operation, message } };
  }
}

process.on('message', (asked: Invoke) => {
  ahead = asked.ahead;
  void invoke(asked).then((invoked) => process.send?.(invoked));
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
