/** A failure to open or use the database on this machine. The message says in one line what happened and what follows. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: 'port-in-use' | 'database-unusable' | 'database-in-use' | 'table-not-active';

  constructor(code: DatabaseError['code'], message: string, options?: ErrorOptions) {
    super(`database: ${message}`, options);
    this.code = code;
  }
}
