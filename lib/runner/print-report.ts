/** The report handed to its printer. */
import type { Log } from './ports.ts';
import type { Service } from './service.ts';

/** Hands the report to the service's printer, by default the log, line by line. A printer that throws loses its line, nothing else. */
export function printReport({ name, printer }: Service, lines: readonly string[], log: Log): void {
  const print = printer ?? ((line: string) => log.warn(line, { report: true }));
  for (const line of lines) {
    try {
      print(line);
    } catch (error) {
      log.error(`${name}: the printer threw; the service goes on without this line: ${line}`, { error });
    }
  }
}
