/** A structured log: each line has a message and fields. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export function logTo(write: (level: keyof Log, ...line: Parameters<Log['info']>) => void): Log {
  return {
    debug: (...line) => write('debug', ...line),
    info: (...line) => write('info', ...line),
    warn: (...line) => write('warn', ...line),
    error: (...line) => write('error', ...line),
  };
}

/** Returns a log that writes to `log`, and whose methods never throw. */
export function safeLog(log: Log): Log {
  const safe = logTo((level, message, fields) => {
    try {
      log[level](message, fields);
    } catch {
      // The log itself failed, so there is no place to report the error.
    }
  });
  return Object.freeze(safe);
}
