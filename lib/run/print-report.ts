/** Prints reports. */
import type { Log, Service } from '../service/index.ts';

/**
 * Hands the report, line by line, to the service's printer, by default the log. A printer that throws loses its line,
 * nothing else.
 */
export function printReport({ name, printer }: Service, lines: readonly string[], log: Log): void {
  const print: (line: string) => unknown = printer ?? ((line) => log.warn(line, { report: true }));
  for (const line of lines) {
    const logError = (error: unknown) =>
      log.error(`${name}: the printer threw; the service goes on without this line: ${line}`, { error });
    try {
      const answer = print(line);
      // An async printer is not waited for, but what it throws must not end the process.
      if (answer instanceof Promise) answer.catch(logError);
    } catch (error) {
      logError(error);
    }
  }
}
