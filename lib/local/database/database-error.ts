import { escaped, isTickoverError, TickoverError, toSafeCause } from '../../text/index.ts';

type Code =
  | 'port-in-use'
  | 'database-unusable'
  | 'database-unwritable'
  | 'database-lost'
  | 'database-in-use'
  | 'table-not-active';

/** Thrown if the DynamoDB that `npm start` and the other commands use on one machine can't be opened or fails. */
export class DatabaseError extends TickoverError {
  override readonly name = 'DatabaseError';
  readonly code: Code;

  constructor(code: Code, message: string, { cause }: ErrorOptions = {}) {
    super(escaped(`database: ${message}`), cause === undefined ? {} : { cause: toSafeCause(cause) });
    this.code = code;
  }
}

/** Whether the value is a DatabaseError. */
export function isDatabaseError(value: unknown): value is DatabaseError {
  return isTickoverError(value) && value.name === 'DatabaseError';
}

/** Removes the prefix `database: `, which the constructor of DatabaseError adds again. */
export function withoutSubject(message: string): string {
  return message.replace(/^database: /, '');
}
