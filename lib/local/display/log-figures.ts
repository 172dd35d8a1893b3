/** Counting what the functions' log tells, for the metrics of the process that runs them. */
import type { PrometheusObserver } from '../../metrics/index.ts';
import type { LogLine } from './log-line.ts';

/** Hands a line's figures to the observer. */
export function countLine(observer: PrometheusObserver, line: LogLine): void {
  if (line.kind === 'crash') observer.runCrashed(line.crash);
  if (line.kind !== 'tick') return;
  const { tick } = line;
  const { service, disposition, reason, outcome, durationMs, latenessMs, streak, backoffCount, lastSuccess } = tick;
  observer.tickEnded({
    service,
    disposition,
    ...(reason === undefined ? {} : { reason }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(latenessMs === undefined ? {} : { latenessMs }),
    state: { streak, backoffCount, ...(lastSuccess === null ? {} : { lastSuccess }) },
  });
}
