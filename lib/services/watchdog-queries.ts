/** The questions that the deployed function of watch-services answers: `list` and `history`. */
import * as z from 'zod';
import { InvalidOptionsError } from '../rules/index.ts';
import { isUnreadableState, type Service } from '../service/index.ts';
import type { dynamoStateStore } from '../store/index.ts';
import { didYouMean, showValue } from '../text/index.ts';
import {
  type CheckContext,
  type Found,
  historyAnswer,
  listServices,
  type Watchdog,
  type WatchedService,
  watchedServiceOf,
} from '../watchdog/index.ts';

/** What a question gets from the handler. */
interface Asked extends CheckContext {
  readonly service: Service;
  readonly store: Pick<ReturnType<typeof dynamoStateStore>, 'read' | 'failedRuns'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly prepared: () => unknown;
}

/** How many failed runs the answer to `history` has, unless the event asks for another number, and at most. */
const FAILURES = 20;
const MOST_FAILURES = 100;
const EXPECTED_LIMIT = `a whole number from 1 to ${MOST_FAILURES}`;

/** The questions `{"action":"list"}` and `{"action":"history","of":"NAME","limit":20}`. */
export const watchdogQueries = {
  list: {
    fields: {},
    answer: async (_fields: object, asked: Asked) => {
      const watchdog = (await asked.prepared()) as Watchdog;
      return listServices(watchdog, { service: ownService(asked), found: await ownState(asked) }, asked);
    },
  },
  history: {
    fields: {
      of: z.string('the name of a service'),
      limit: z.int(EXPECTED_LIMIT).min(1, EXPECTED_LIMIT).max(MOST_FAILURES, EXPECTED_LIMIT).default(FAILURES),
    },
    answer: async (fields: Readonly<Record<string, unknown>>, asked: Asked) => {
      const { of, limit } = fields as { readonly of: string; readonly limit: number };
      const { watched, states } = (await asked.prepared()) as Watchdog;
      const isOwn = of === asked.service.name;
      if (!isOwn) refuseUnknown(asked.service.name, of, watched);
      const found = isOwn ? await ownState(asked) : (await states.read([of], asked)).get(of);
      return historyAnswer(of, found, await asked.store.failedRuns(of, { after: 0, limit }));
    },
  },
};

function ownService({ service, env }: Asked): WatchedService {
  const its = env['AWS_LAMBDA_FUNCTION_NAME'];
  const { TICKOVER_STACK: stack = '' } = env;
  return watchedServiceOf(service, its === undefined ? undefined : { stack, logicalId: '', function: its });
}

async function ownState({ service, store }: Asked): Promise<Found> {
  try {
    return await store.read(service.name);
  } catch (error) {
    if (isUnreadableState(error)) return error;
    throw error;
  }
}

function refuseUnknown(watchdog: string, name: string, watched: readonly WatchedService[]): void {
  const names = watched.map((each) => each.name);
  if (names.includes(name)) return;
  const hint = didYouMean(name, names);
  throw new InvalidOptionsError(watchdog, [`of: expected a watched service, got ${showValue(name)}${hint}`]);
}
