import type { Log, Service } from '../service/index.ts';

export interface ReportLogs {
  readonly log: Log;
  /**
   * The log for the lines of the report. It needn't mask credentials, since Tickover has masked those in the lines.
   * @default `log`
   */
  readonly ownLog?: Log | undefined;
}

/**
 * Passes the lines of a report one by one to the service's `printer`, or to the log if it has none. If the printer
 * throws, only that line is lost.
 */
export function printReport(
  { name, printer }: Service,
  lines: readonly string[],
  { log, ownLog = log }: ReportLogs,
): void {
  const print: (line: string) => unknown = printer ?? ((line) => ownLog.warn(line, { report: true }));
  for (const line of lines) {
    const logError = (error: unknown) =>
      log.error(`${name}: the printer threw; the service goes on without this line: ${line}`, { error });
    try {
      const answer = print(line);
      // The rejection of an asynchronous printer is logged. Unhandled, it would end the process.
      if (answer instanceof Promise) answer.catch(logError);
    } catch (error) {
      logError(error);
    }
  }
}
