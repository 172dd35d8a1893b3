/** Events for observers, and a log that keeps its lines. */
import type { ServiceState } from '../../lib/rules/index.ts';
import type { Log } from '../../lib/service/index.ts';
import type { TickEvent } from '../../lib/tick/index.ts';

export const NOON = Date.UTC(2024, 4, 1, 12);

const STEADY: ServiceState = {
  fence: 7,
  countedUpTo: 7,
  epoch: 0,
  trackRecord: [true, true, true],
  backoffCount: 0,
  streak: 0,
  failuresAfter: 0,
  runs: [],
};

/** The halt of a service that halted at noon. */
export const HALT = { at: NOON, cause: 'Service exceeded error threshold.' };

/** A tick of `sweep` due at noon that ran, with other fields where given. */
export function tickEvent(fields: Partial<TickEvent> = {}, state: Partial<ServiceState> = {}): TickEvent {
  return {
    service: 'sweep',
    tick: { kind: 'scheduled', scheduledFor: NOON },
    disposition: 'ran',
    startedAt: NOON,
    crashesBooked: 0,
    bypassed: [],
    state: { ...STEADY, ...state },
    status: 'steady',
    report: [],
    build: 'b1',
    ...fields,
  };
}

/** A log, and its lines as `level message`. */
export function rememberingLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}
