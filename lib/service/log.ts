/** The log to which the workloads of services, and Tickover itself, write. */

/** A structured log: each line has a message and fields. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Makes a log that passes each line to `write`. */
export function logTo(write: (level: keyof Log, ...line: Parameters<Log['info']>) => void): Log {
  return {
    debug: (...line) => write('debug', ...line),
    info: (...line) => write('info', ...line),
    warn: (...line) => write('warn', ...line),
    error: (...line) => write('error', ...line),
  };
}

/** Returns a log that writes to `log`, but whose methods never throw. */
export function safeLog(log: Log): Log {
  const safe = logTo((level, message, fields) => {
    try {
      log[level](message, fields);
    } catch {
      // The log itself has failed, so its error can't be reported anywhere.
    }
  });
  return Object.freeze(safe);
}
