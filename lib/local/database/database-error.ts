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
 * The error of a database on one machine that can't be opened or used. The message says in one line what happened and
 * what follows.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: Code;

  constructor(code: Code, message: string, { cause }: ErrorOptions = {}) {
    super(escaped(`database: ${message}`), cause === undefined ? {} : { cause: toSafeCause(cause) });
    this.code = code;
  }
}

/** The message of a DatabaseError without the words `database: ` with which its constructor begins it. */
export function withoutSubject(message: string): string {
  return message.replace(/^database: /, '');
}
