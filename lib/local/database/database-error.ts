/** The errors of the database on one machine. */
import { escaped, toSafeCause } from '../../text/index.ts';

type Code =
  | 'port-in-use'
  | 'database-unusable'
  | 'database-unwritable'
  | 'database-lost'
  | 'database-in-use'
  | 'table-not-active';

/**
 * Thrown if the database on one machine can't be opened or used. The message says in one line what happened, and what
 * follows from it for the services or for the command.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: Code;

  constructor(code: Code, message: string, { cause }: ErrorOptions = {}) {
    super(escaped(`database: ${message}`), cause === undefined ? {} : { cause: toSafeCause(cause) });
    this.code = code;
  }
}

/** The message of a DatabaseError without `database: `, which the constructor puts before every message. */
export function withoutSubject(message: string): string {
  return message.replace(/^database: /, '');
}
