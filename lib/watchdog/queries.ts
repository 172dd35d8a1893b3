/**
 * The questions that the watchdog's function answers without its lease: the list of all services, and the history of
 * one. They only read, so they neither wait for a check under way nor hold one up.
 */
import { NEVER_RUN, type OutcomeKind, type RunRecord, type ShownRun, shownRuns } from '../rules/index.ts';
import { toIso } from '../time/index.ts';
import type { Watchdog } from './check-services.ts';
import { removedServices } from './memory.ts';
import type { CheckContext, Found } from './ports.ts';
import { type ServiceSummary, summarize, summarizeRemoved } from './summary.ts';
import type { WatchedService } from './watched-service.ts';

/** The answer to `list`. */
export interface ListAnswer {
  readonly action: 'list';
  /** The instant for which the statuses hold, in ISO 8601. */
  readonly at: string;
  /** The deployed services by name, and then the removed ones. */
  readonly services: readonly ServiceSummary[];
}

/** The answer to `history`. Times are in ISO 8601. */
export interface HistoryAnswer {
  readonly action: 'history';
  readonly service: string;
  /** The last 20 runs, newest first. */
  readonly runs: readonly ShownRun[];
  /** Runs that did not succeed, newest first; the table keeps them for 30 days. */
  readonly failures: readonly {
    readonly at: string;
    readonly run: number;
    readonly outcome: OutcomeKind;
    readonly manual: boolean;
    readonly durationMs: number;
    readonly class: string | null;
    readonly message: string | null;
  }[];
}

/** The watchdog's own service, and its stored state. */
export interface Own {
  readonly service: WatchedService;
  readonly found: Found;
}

/** Lists the watched services, the watchdog itself, and the removed services that it remembers. */
export async function listServices(
  { watched, states, memory }: Pick<Watchdog, 'watched' | 'states' | 'memory'>,
  own: Own,
  context: CheckContext,
): Promise<ListAnswer> {
  const now = context.clock.now();
  const [found, parts] = await Promise.all([
    states.read(
      watched.map(({ name }) => name),
      context,
    ),
    memory.load(context),
  ]);
  const others = watched.map((each) => summarize(each, found.has(each.name) ? found.get(each.name) : 'not-read', now));
  const deployed = [...others, summarize(own.service, own.found, now)].toSorted((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  const names = new Set(deployed.map(({ name }) => name));
  const removed = [...removedServices(parts, now)].filter(([name]) => !names.has(name));
  return {
    action: 'list',
    at: toIso(now),
    services: [...deployed, ...removed.map(([name, at]) => summarizeRemoved(name, at))],
  };
}

/** Makes the answer to `history` from what is stored of the service. */
export function historyAnswer(service: string, found: Found, failures: readonly RunRecord[]): HistoryAnswer {
  if (found instanceof Error) throw found;
  const { runs } = found ?? NEVER_RUN;
  return {
    action: 'history',
    service,
    runs: shownRuns(runs),
    failures: failures.map(({ at, fence, outcome, manual, durationMs, failure }) => ({
      ...{ at: toIso(at), run: fence, outcome, manual, durationMs },
      ...{ class: failure?.errorClass ?? null, message: failure?.message ?? null },
    })),
  };
}
