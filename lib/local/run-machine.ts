import { setMaxListeners } from 'node:events';
import { printable } from '../text/index.ts';
import { systemClock, systemRandom } from '../time/index.ts';
import { failureShown, shownAs } from './display/display.ts';
import { logKeeper } from './display/log-file.ts';
import { type LogLine, readLogLine } from './display/log-line.ts';
import type { FunctionHost } from './functions/function-host.ts';
import type { Machine } from './machine.ts';
import { type ServiceRunner, type Stopping, serviceRunner } from './service-runner.ts';
import { sweepHourly } from './sweep.ts';

interface PrinterOptions {
  readonly show: (line: string) => void;
  readonly onLogLine: (line: LogLine) => void;
  readonly logFile: string;
}

/**
 * Returns a function for the lines that the functions of the services print. It appends each line to `logFile`, passes
 * it to `onLogLine` and shows it.
 */
export function linePrinter({ show, onLogLine, logFile }: PrinterOptions): (line: string) => void {
  const keep = logKeeper(logFile, show);
  return (line) => {
    keep(line);
    const logLine = readLogLine(line);
    onLogLine(logLine);
    for (const text of shownAs(logLine)) show(text);
  };
}

/** Asks the workers of all functions to close or to stop when `closing` or `stop` is aborted. */
export function forwardStopping(hosts: readonly FunctionHost[], { closing, stop }: Stopping): void {
  // Each service adds listeners to `closing` and `stop`. Node would warn of more than ten.
  setMaxListeners(0, closing, stop);
  for (const host of hosts) {
    closing.addEventListener('abort', () => host.ask('close'), { once: true });
    stop.addEventListener('abort', () => host.ask('stop'), { once: true });
  }
}

/** What else happens while a machine runs. */
export interface RunningParts {
  readonly show: (line: string) => void;
  /**
   * Starts and stops services meanwhile, and returns when `closing` is aborted. @default the services stay as they are
   */
  readonly beside?: (runner: ServiceRunner) => Promise<void>;
}

/**
 * Invokes every function on its schedule, and deletes expired items of the state table hourly. Resolves when `closing`
 * is aborted and every invocation has ended.
 */
export async function runMachine(
  { hosts, ticked, sweep }: Machine,
  stopping: Stopping,
  { show, beside = async () => {} }: RunningParts,
): Promise<void> {
  const onError = ({ service }: FunctionHost, error: unknown) => {
    const message = error instanceof Error ? error.message || error.name : String(error);
    // The shown line begins with the name of the service already, so the message must not repeat it.
    const lead = `${service.name}: `;
    const text = message.startsWith(lead) ? message.slice(lead.length) : message;
    for (const line of failureShown(systemClock.now(), service.name, text)) show(line);
  };
  const { closing } = stopping;
  const onNotice = (line: string) => show(printable(line));
  const options = { clock: systemClock, random: systemRandom, onError, onNotice, closing };
  const runner = serviceRunner(stopping, options);
  for (const host of hosts) runner.start(host, { hasTicked: ticked.has(host.service.name) });
  await Promise.all([beside(runner), sweepHourly(sweep, options)]);
  await runner.ended();
}
