/**
 * The client of a state table. It reads and writes DynamoDB itself, with the caller's rights, and runs nothing. Its
 * list is made by a scan, so it suits one machine, and on AWS a person with rights on the whole table.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type PauseAnswer, type ResumeAnswer, type StatusAnswer, scheduledHandler } from '../lambda/index.ts';
import { ASKED, type ServiceState } from '../rules/index.ts';
import { logTo, type Service } from '../service/index.ts';
import { dynamoStateStore, dynamoWatchdogMemory, forgetService, marshalling, scanStates } from '../store/index.ts';
import { didYouMean, withoutUndefined } from '../text/index.ts';
import { systemClock, timeoutSignal, toIso } from '../time/index.ts';
import {
  type Found,
  historyAnswer,
  isRemoved,
  type ListedService,
  type MemoryPart,
  removedServices,
  type ServiceSummary,
  summarize,
  summarizeRemoved,
  watchedServiceOf,
} from '../watchdog/index.ts';
import type { Client, TableOptions } from './client.ts';
import { ClientError } from './errors.ts';
import { errorOf } from './faults.ts';
import { nameOf, pauseEvent } from './requests.ts';
import type { ServiceOrName } from './service-types.ts';

const WATCHDOG = 'watch-services';
const AWS_HOST = /(^|\.)amazonaws\.com(\.cn)?$/;
/** How long an operator's request may take, as a handler sees it: its parts have limits of their own. */
const PATIENT = { getRemainingTimeInMillis: () => 60_000 };
const SILENT = logTo(() => {});
/** How often a change of the watchdog's memory is tried, while its own checks change it too. */
const MEMORY_TRIES = 5;
const MEMORY_LIMIT = 10_000;
const HISTORY = 20;

/** Makes the client of a table. */
export function tableClient(options: TableOptions): Client {
  const { table, services = [] } = options;
  const documents = documentsOf(options);
  const store = dynamoStateStore(documents, table);
  const memory = dynamoWatchdogMemory(documents, table, WATCHDOG);
  const defined = new Map(services.map((service) => [service.name, service]));

  const attempt = async <Result>(subject: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw errorOf(error, { subject, target: `the table ${table}`, acts: false });
    }
  };
  const remembered = () => memory.load({ signal: timeoutSignal(MEMORY_LIMIT) });

  const definitionOf = (service: ServiceOrName): Service => {
    const given = typeof service === 'string' ? defined.get(service) : service;
    if (given !== undefined) return given;
    const hint = didYouMean(service, [...defined.keys()]);
    const what = `this client has no definition of it${hint}, and a table has none; nothing was done`;
    const next = 'give the definition itself, or `services: [...]` to createClient';
    throw new ClientError('not-available', nameOf(service), `${what}; ${next}`);
  };

  /** The answer that the service's own function would give, from the same code. No run is started by it. */
  const answer = (given: ServiceOrName, event: Parameters<ReturnType<typeof scheduledHandler>>[0]) =>
    attempt(nameOf(given), async () => {
      const service = definitionOf(given);
      const build = buildIn(await store.read(service.name));
      const environment = { table, build, slack: 0, inLambda: false, variables: {} };
      const handler = scheduledHandler(service, {
        ...{ store, environment, log: SILENT, ownLog: SILENT, observers: [], recycle: () => {} },
      });
      return handler(event, PATIENT);
    });

  const forgetIn = async (name: string): Promise<boolean> => {
    for (let tries = 1; ; tries++) {
      const part = (await remembered()).find(({ entries }) => Object.hasOwn(entries, name));
      if (part === undefined) return tries > 1;
      const { [name]: _its, ...entries } = part.entries;
      try {
        await memory.save([{ ...part, entries }], { signal: timeoutSignal(MEMORY_LIMIT) });
        return true;
      } catch (error) {
        if (tries >= MEMORY_TRIES) throw error;
      }
    }
  };

  return {
    list: () =>
      attempt(table, async () => {
        const now = systemClock.now();
        const [found, parts] = await Promise.all([scanStates(documents, table, now), remembered()]);
        return { at: toIso(now), source: 'table', problem: null, services: summaries({ found, parts, defined, now }) };
      }),
    status: async (service) => (await answer(service, { action: 'status' })) as StatusAnswer,
    history: (service, { limit = HISTORY } = {}) =>
      attempt(nameOf(service), async () => {
        const name = nameOf(service);
        return historyAnswer(name, await store.read(name), await store.failedRuns(name, { after: 0, limit }));
      }),
    async runOnce(service) {
      const name = nameOf(service);
      const what = 'a client of a table runs nothing, since the services run in another process; nothing ran';
      const next = `run \`npx tickover invoke ${name}\`, or use createClient({ stack })`;
      throw new ClientError('not-available', name, `${what}; ${next}`);
    },
    pause: async (service, how) => (await answer(service, pauseEvent(how))) as PauseAnswer,
    resume: async (service) => (await answer(service, { action: 'resume' })) as ResumeAnswer,
    forget: (name, { confirm }) =>
      attempt(name, async () => {
        const parts = await remembered();
        refuseToForget(name, { confirm, isDeployed: defined.has(name) || isRemoved(parts, name) === false });
        const done = await forgetService({ documents, table }, name, systemClock.now());
        if (!done.forgotten) {
          const why =
            done.reason === 'leased' ? `a run may be under way until ${toIso(done.until)}` : 'a run has begun';
          throw new ClientError('refused', name, `${why}; nothing was deleted; try again when it has ended`);
        }
        const wasRemembered = await forgetIn(name);
        if (done.deleted > 0 || wasRemembered) return { deleted: done.deleted };
        throw new ClientError('unknown-service', name, `the table ${table} has nothing of it; nothing was deleted`);
      }),
  };
}

/** An endpoint outside AWS needs no credentials and no region, but the SDK wants some. */
function documentsOf({ endpoint, region, credentials }: TableOptions): DynamoDBDocumentClient {
  const isForeign = endpoint !== undefined && !(URL.canParse(endpoint) && AWS_HOST.test(new URL(endpoint).hostname));
  const placeholders = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = withoutUndefined({
    endpoint,
    region: region ?? (isForeign ? 'us-east-1' : undefined),
    credentials: credentials ?? (isForeign ? placeholders : undefined),
  });
  return DynamoDBDocumentClient.from(new DynamoDBClient(config), marshalling());
}

/** The build that halted the service or made it back off is taken to be the present one: a table doesn't name that. */
function buildIn(state: ServiceState | undefined): string {
  const { halt, notBeforeBuild } = state ?? {};
  return halt?.build ?? (notBeforeBuild === ASKED ? undefined : notBeforeBuild) ?? 'unknown';
}

interface Stored {
  readonly found: ReadonlyMap<string, Found>;
  readonly parts: readonly MemoryPart[];
  readonly defined: ReadonlyMap<string, Service>;
  readonly now: number;
}

function summaries({ found, parts, defined, now }: Stored): ServiceSummary[] {
  const removed = new Map([...removedServices(parts, now)].filter(([name]) => !defined.has(name)));
  const names = [...new Set([...defined.keys(), ...found.keys()])].toSorted();
  const summaryOf = (name: string): ServiceSummary => {
    const service = defined.get(name);
    const listed: ListedService = service === undefined ? { name } : watchedServiceOf(service);
    return summarize(listed, found.get(name), now);
  };
  return [
    ...names.filter((name) => !removed.has(name)).map(summaryOf),
    ...[...removed].map(([name, at]) => ({ ...summaryOf(name), ...goneFacts(name, at) })),
  ];
}

function goneFacts(name: string, at: number): Partial<ServiceSummary> {
  const { status, healthy, nextDue, removedAt } = summarizeRemoved(name, at);
  return { status, healthy, nextDue, removedAt };
}

function refuseToForget(
  name: string,
  { confirm, isDeployed }: { readonly confirm: string; readonly isDeployed: boolean },
): void {
  const refuse = (what: string) => {
    throw new ClientError('refused', name, `${what}`);
  };
  if (name === WATCHDOG) refuse('the watchdog remembers the other services in its items; nothing was deleted');
  if (isDeployed) refuse('it is still deployed; nothing was deleted; take it out of the stack and deploy first');
  if (confirm !== name) refuse(`confirm: expected its name, got ${JSON.stringify(confirm)}; nothing was deleted`);
}
