/**
 * The part of the interface Standard Schema (https://standardschema.dev, version 1) that Tickover uses. Schemas of zod,
 * Valibot, ArkType and others have it.
 */
import { readProperty } from '../../text/index.ts';

/**
 * A schema of any library that follows Standard Schema.
 * @template Given the type of the values that the schema accepts
 * @template Checked the type of the values that the schema returns
 */
export interface StandardSchema<Given = unknown, Checked = Given> {
  readonly '~standard': {
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Checks a value. The result may be a promise. */
    readonly validate: (value: unknown) => SchemaResult<Checked> | Promise<SchemaResult<Checked>>;
    /** Exists only for the type checker. */
    readonly types?: { readonly input: Given; readonly output: Checked } | undefined;
  };
}

/** The result of a validation: the checked value, or the issues for which the value was refused. */
export type SchemaResult<Checked> =
  | { readonly value: Checked; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One reason for which a value was refused. */
export interface SchemaIssue {
  readonly message: string;
  /** Where in the value the fault is: the keys from the outermost to the innermost. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Whether a value follows Standard Schema in version 1. Schemas of some libraries are functions. */
export function isSchema(value: unknown): value is StandardSchema {
  const standard = readProperty(value, '~standard');
  return readProperty(standard, 'version') === 1 && typeof readProperty(standard, 'validate') === 'function';
}
