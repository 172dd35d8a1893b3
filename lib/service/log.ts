/** The log that services and the engine write to. */

/** A structured log: a message and fields. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** The same log, unable to fail whoever writes to it. */
export function safeLog(log: Log): Log {
  const at =
    (level: keyof Log): Log['info'] =>
    (message, fields) => {
      try {
        log[level](message, fields);
      } catch {
        // There is no other place to report it.
      }
    };
  return Object.freeze({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') });
}
