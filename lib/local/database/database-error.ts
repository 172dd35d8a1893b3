/** What can go wrong with the database on this machine. */

export type DatabaseErrorCode = 'port-in-use' | 'database-unusable' | 'database-in-use' | 'table-not-active';

/** The message says what happened and what follows, in one line. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(`database: ${message}`, options);
    this.code = code;
  }
}
