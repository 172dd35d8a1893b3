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

/**
 * The messages of the worker: before the import of a file, and after it. An imported file can send messages too, but
 * it doesn't know the mark.
 */
export type FromReader = { readonly mark: string } & ({ readonly begun: true } | { readonly read: Read });

/** What the child process writes about one file, in a line that begins with the mark. */
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
  /** Random text that marks the messages of the worker and the lines of the process. */
  readonly mark: string;
  readonly limit: number;
  /** The directories whose lines in a stack are not the user's. */
  readonly notTheirs: readonly string[];
}
