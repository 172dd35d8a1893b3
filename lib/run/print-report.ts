/** The report handed to its printer. */

import type { Log, Service } from '../service/index.ts';

/** Hands the report to the service's printer, by default the log, line by line. A printer that throws loses its line, nothing else. */
export function printReport({ name, printer }: Service, lines: readonly string[], log: Log): void {
  const print: (line: string) => unknown = printer ?? ((line) => log.warn(line, { report: true }));
  for (const line of lines) {
    const complain = (error: unknown) =>
      log.error(`${name}: the printer threw; the service goes on without this line: ${line}`, { error });
    try {
      const printed = print(line);
      // An async printer is not waited for, but what it throws must not end the process.
      if (printed instanceof Promise) printed.catch(complain);
    } catch (error) {
      complain(error);
    }
  }
}
