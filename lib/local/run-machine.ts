/** Running a machine: every function on its schedule, until it is asked to stop. */
import { setMaxListeners } from 'node:events';
import { printable } from '../text/index.ts';
import { systemClock, systemRandom } from '../time/index.ts';
import { failureShown, shownAs } from './display/display.ts';
import { logKeeper } from './display/log-file.ts';
import { type LogLine, readLogLine } from './display/log-line.ts';
import type { FunctionHost } from './functions/function-host.ts';
import type { Machine } from './machine.ts';
import { fireOnSchedule } from './schedule-clock.ts';
import { sweepHourly } from './sweep.ts';

interface PrinterOptions {
  /** Shows a line to a person. */
  readonly show: (line: string) => void;
  /** Called with the content of each line. */
  readonly onLogLine: (line: LogLine) => void;
  /** The file that keeps the functions' whole log. */
  readonly logFile: string;
}

/** Returns a function that keeps a line of a function's log in the file, passes it on and shows it. */
export function linePrinter({ show, onLogLine, logFile }: PrinterOptions): (line: string) => void {
  const keep = logKeeper(logFile, show);
  return (line) => {
    keep(line);
    const logLine = readLogLine(line);
    onLogLine(logLine);
    for (const text of shownAs(logLine)) show(text);
  };
}

/** The two steps of stopping: begin nothing more (`closing`), and yield (`stop`). */
export interface Stopping {
  readonly closing: AbortSignal;
  readonly stop: AbortSignal;
}

/** Passes both steps of stopping on to the functions. */
export function forwardStopping(hosts: readonly FunctionHost[], { closing, stop }: Stopping): void {
  // Every service listens.
  setMaxListeners(0, closing, stop);
  for (const host of hosts) {
    closing.addEventListener('abort', () => host.ask('close'), { once: true });
    stop.addEventListener('abort', () => host.ask('stop'), { once: true });
  }
}

/** Fires every function on its schedule. Resolves when the machine is closing and every invocation has ended. */
export async function runMachine(
  { hosts, ticked, sweep }: Machine,
  stopping: Stopping,
  show: (line: string) => void,
): Promise<void> {
  forwardStopping(hosts, stopping);
  const onError = ({ service }: FunctionHost, error: unknown) => {
    const message = error instanceof Error ? error.message || error.name : String(error);
    // The line begins with the service's name already.
    const lead = `${service.name}: `;
    const text = message.startsWith(lead) ? message.slice(lead.length) : message;
    for (const line of failureShown(systemClock.now(), service.name, text)) show(line);
  };
  const { closing } = stopping;
  const onNotice = (line: string) => show(printable(line));
  const options = { clock: systemClock, random: systemRandom, onError, onNotice, closing };
  const schedules = hosts.map((host) => fireOnSchedule(host, { ...options, hasTicked: ticked.has(host.service.name) }));
  await Promise.all([...schedules, sweepHourly(sweep, options)]);
}
