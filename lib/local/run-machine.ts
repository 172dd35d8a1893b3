/** Running a machine: every function on its schedule, until it is asked to stop. */
import { systemClock, systemRandom } from '../time/index.ts';
import { failureShown, shownAs } from './display/display.ts';
import { logKeeper } from './display/log-file.ts';
import { type LogLine, readLogLine } from './display/log-line.ts';
import type { FunctionHost } from './functions/function-host.ts';
import type { Machine } from './machine.ts';
import { fireOnSchedule } from './schedule-clock.ts';

/** Where what happens is told. */
export interface JsonOptions {
  /** Shows a line to a person. */
  readonly show: (line: string) => void;
  /** Takes note of what a line of the log says. */
  readonly note: (line: LogLine) => void;
  /** The file that keeps the functions' whole log. */
  readonly logFile: string;
}

/** What is done with each line that a function writes: kept, shown, counted. */
export function linePrinter({ show, note, logFile }: JsonOptions): (line: string) => void {
  const keep = logKeeper(logFile, show);
  return (line) => {
    keep(line);
    const said = readLogLine(line);
    note(said);
    for (const text of shownAs(said)) show(text);
  };
}

/** How to stop: begin nothing more, and give way. */
export interface Stopping {
  readonly closing: AbortSignal;
  readonly stop: AbortSignal;
}

/** Fires every function on its schedule. Resolves when the machine was closed and what was under way has ended. */
export async function runMachine(
  machine: Machine,
  { closing, stop }: Stopping,
  show: JsonOptions['show'],
): Promise<void> {
  closing.addEventListener('abort', () => askAll(machine, 'close'), { once: true });
  stop.addEventListener('abort', () => askAll(machine, 'stop'), { once: true });
  const onError = (host: FunctionHost, error: unknown) => {
    for (const line of failureShown(systemClock.now(), host.service.name, complaint(host, error))) show(line);
  };
  const schedules = machine.hosts.map((host) =>
    fireOnSchedule(host, { clock: systemClock, random: systemRandom, onError, closing }),
  );
  await Promise.all(schedules);
}

function askAll({ hosts }: Machine, kind: 'close' | 'stop'): void {
  for (const host of hosts) host.ask(kind);
}

/** What the invocation failed with, without the service's name that the line begins with. */
function complaint({ service }: FunctionHost, error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const lead = `${service.name}: `;
  return message.startsWith(lead) ? message.slice(lead.length) : message;
}
