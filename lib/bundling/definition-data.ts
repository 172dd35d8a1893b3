/** The data that pass between the process that reads definitions, its child process and the worker thread in that. */

/** A definition as data. */
export interface DefinitionData {
  /** The options of the service that are data: neither functions nor the facts beside it. */
  readonly written: Readonly<Record<string, unknown>>;
  /** Whether the service takes an input. */
  readonly takesInput: boolean;
  /** Whether the file exports a handler that its user has written, and not the service itself. */
  readonly hasHandler: boolean;
  /** The secrets that the service needs, as its definition refers to them, by name. */
  readonly secrets: Readonly<Record<string, unknown>>;
}

/** The messages of the worker: before the import of a file, and after it. */
export type FromReader = 'begun' | Read;

/** A line of the child process about one file. */
export type Read = { readonly data: DefinitionData } | { readonly fault: string };

/** A file that the child process imports. */
export interface Task {
  readonly file: string;
  /** The path of its bundle. */
  readonly module: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The tasks of the child process, in the file that its argument names. */
export interface Tasks {
  readonly tasks: readonly Task[];
  readonly limit: number;
  /** The directories whose lines in a stack are not the user's. */
  readonly notTheirs: readonly string[];
}
