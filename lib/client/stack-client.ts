/**
 * The client of a stack. It only invokes functions. The watchdog's function answers `list` and `history`, and the list
 * names the function of each service, which answers everything else about that service.
 */
import type { PauseAnswer, ResumeAnswer, StatusAnswer } from '../lambda/index.ts';
import { didYouMean, readProperty, withoutUndefined } from '../text/index.ts';
import { systemClock, toIso } from '../time/index.ts';
import type { HistoryAnswer, ServiceSummary } from '../watchdog/index.ts';
import { type Action, checkedAnswer } from './answers.ts';
import type { Client, ServiceList, StackOptions } from './client.ts';
import { ClientError } from './errors.ts';
import type { Asked } from './faults.ts';
import { watchdogFunctionName } from './function-name.ts';
import { invoker } from './invoke.ts';
import { nameOf, pauseEvent, runOnceEvent } from './requests.ts';
import type { RunAnswer } from './service-types.ts';

const WATCHDOG = 'watch-services';
/** How many functions are asked at once where the watchdog doesn't answer. */
const ASKED_AT_ONCE = 10;

type Event = Readonly<Record<string, unknown>> & { readonly action: Action };

/** Makes the client of a stack. */
export function stackClient(options: StackOptions): Client {
  const { stack, functions: given = {} } = options;
  const invoke = invoker(options);
  const watchdog = options.watchdog ?? watchdogFunctionName(stack);
  /** The functions that the last list named. */
  let listed: ReadonlyMap<string, ServiceSummary> = new Map();

  const ask = async <A extends Action>(
    functionName: string,
    event: Event & { action: A },
    about: Partial<Asked> = {},
  ) => {
    const asked = { subject: stack, target: `the function ${functionName}`, acts: false, ...about };
    return checkedAnswer(event.action, await invoke(functionName, event, asked), asked);
  };

  const refresh = async () => {
    const answer = await ask(watchdog, { action: 'list' });
    const services = answer.services as readonly ServiceSummary[];
    listed = new Map(services.map((each) => [each.name, each]));
    return { at: answer.at, services };
  };

  const known = (): ReadonlyMap<string, string> =>
    new Map([
      ...[...listed.values()].flatMap(({ name, function: its }) => (its === null ? [] : [[name, its] as const])),
      ...Object.entries(given),
    ]);

  const functionOf = async (name: string): Promise<string> => {
    if (name === WATCHDOG) return watchdog;
    const its = known().get(name);
    if (its !== undefined) return its;
    if (!listed.has(name)) await refresh();
    return known().get(name) ?? refuseUnknown(name);
  };

  const refuseUnknown = (name: string): never => {
    const its = listed.get(name);
    if (its?.status === 'removed') {
      const next = 'nothing runs it; `forget` of a client of its table deletes what it left';
      throw new ClientError('unknown-service', name, `it is no longer deployed in the stack ${stack}; ${next}`);
    }
    if (its !== undefined) {
      const next = 'nothing was done; give `functions: { NAME: function }` as the outputs of the stack name it';
      throw new ClientError('not-available', name, `the name of its function isn't known; ${next}`);
    }
    const hint = didYouMean(name, [...listed.keys()]);
    const what = `the stack ${stack} has no service of this name${hint}; nothing was done; \`list\` names them`;
    throw new ClientError('unknown-service', name, what);
  };

  /** A deploy may have moved the service since the last list. Then nothing was done, and the new list is used once. */
  const act = async <A extends Action>(name: string, event: Event & { action: A }) => {
    const asked = { subject: name, acts: event.action === 'run-once' };
    const sent = { ...event, service: name };
    const first = await functionOf(name);
    try {
      return await ask(first, sent, asked);
    } catch (error) {
      if (!isElsewhere(error) || !listed.has(name)) throw error;
      await refresh();
      const second = await functionOf(name);
      if (second === first) throw error;
      return ask(second, sent, asked);
    }
  };

  const fromFunctions = async (cause: ClientError): Promise<ServiceList> => {
    const names = [...known()].toSorted(([one], [other]) => (one < other ? -1 : 1));
    if (names.length === 0) throw cause;
    const at = toIso(systemClock.now());
    const services: ServiceSummary[] = [];
    for (let first = 0; first < names.length; first += ASKED_AT_ONCE) {
      const some = names.slice(first, first + ASKED_AT_ONCE);
      services.push(...(await Promise.all(some.map(([name, its]) => summaryFrom(name, its)))));
    }
    const problem =
      `${cause.message}; the ${names.length} known functions were asked instead: ` +
      'their cadence and other services are missing';
    return { at, source: 'functions', problem, services };
  };

  const summaryFrom = async (name: string, its: string): Promise<ServiceSummary> => {
    const group = listed.get(name)?.group ?? null;
    try {
      const status = (await ask(
        its,
        { action: 'status', service: name },
        { subject: name },
      )) as unknown as StatusAnswer;
      return summaryOf(status, { group, function: its });
    } catch (error) {
      return { ...UNREAD, name, group, function: its, cause: (error as Error).message };
    }
  };

  return {
    async list() {
      try {
        return { source: 'watchdog', problem: null, ...(await refresh()) };
      } catch (error) {
        return fromFunctions(error as ClientError);
      }
    },
    status: async (service) => (await act(nameOf(service), { action: 'status' })) as unknown as StatusAnswer,
    async history(service, options = {}) {
      const name = nameOf(service);
      const { limit } = options ?? {};
      await functionOf(name);
      const event = withoutUndefined({ action: 'history' as const, of: name, limit });
      return (await ask(watchdog, event, { subject: name })) as unknown as HistoryAnswer;
    },
    async runOnce(service, options = {}) {
      return (await act(nameOf(service), runOnceEvent(options))) as unknown as RunAnswer<never>;
    },
    pause: async (service, how) => (await act(nameOf(service), pauseEvent(how))) as unknown as PauseAnswer,
    resume: async (service) => (await act(nameOf(service), { action: 'resume' })) as unknown as ResumeAnswer,
    async forget(service) {
      const what =
        'a client of a stack only invokes functions, and none may delete the items of another service; ' +
        'nothing was deleted; use createClient({ table, region }) with rights on the table';
      throw new ClientError('not-available', nameOf(service), what);
    },
  };
}

function isElsewhere(error: unknown): boolean {
  const code = readProperty(error, 'code');
  return code === 'not-found' || code === 'unknown-service';
}

const UNREAD = {
  status: 'not-read' as const,
  ...{ healthy: null, cadence: null, lastTick: null, lastSuccess: null, streak: 0 },
  ...{ backoffCount: 0, notBefore: null, nextDue: null, pause: null, halt: null, removedAt: null },
} as const;

function summaryOf(answer: StatusAnswer, place: Pick<ServiceSummary, 'group' | 'function'>): ServiceSummary {
  const { service: name, status, cause, lastTick, lastSuccess, streak, backoffCount, nextDue, pause, halt } = answer;
  const isWell = halt === null && backoffCount === 0 && streak < answer.policy.consecutive;
  return {
    ...UNREAD,
    ...place,
    ...{ name, status, cause, lastTick, lastSuccess, streak, backoffCount, nextDue, pause, halt },
    healthy: pause !== null || isWell,
  };
}
