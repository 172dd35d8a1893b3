/** The errors of the database on this machine. */
import { escaped, toSafeCause } from '../../text/index.ts';

type Code =
  | 'port-in-use'
  | 'database-unusable'
  | 'database-unwritable'
  | 'database-lost'
  | 'database-in-use'
  | 'table-not-active';

/** The database can't be opened or used. The message gives in one line the event and its consequence. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: Code;

  constructor(code: Code, message: string, { cause }: ErrorOptions = {}) {
    super(escaped(`database: ${message}`), cause === undefined ? {} : { cause: toSafeCause(cause) });
    this.code = code;
  }
}

/** The message without the subject that the constructor puts before it. */
export function withoutSubject(message: string): string {
  return message.replace(/^database: /, '');
}
