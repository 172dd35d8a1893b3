/** A thing that can be thrown, returned or logged, and what is known of it. */

/** Counts how often a thing was looked at, where it can tell. */
export interface Checks {
  count: number;
}

/** One thing. */
export interface Thing {
  /** The kind of fault that it is counted under. */
  readonly group: string;
  readonly what: string;
  /** Makes it anew: some can be used only once, some are too large to keep. */
  readonly make: (checks: Checks) => unknown;
  /** Must not be found in anything that leaves the process. */
  readonly secrets?: readonly string[];
}

/** Things of one group. */
export function things(group: string, made: Readonly<Record<string, Thing['make']>>): Thing[] {
  return Object.entries(made).map(([what, make]) => ({ group, what, make }));
}

/** An error with a field more, whatever the field is. */
export function errorWith(fields: Readonly<Record<string, unknown>>, message = 'it broke'): Error {
  return Object.assign(new Error(message), fields);
}

/** Throws what it says: what looking at a spiteful thing gives. */
export function refuse(checks: Checks): () => never {
  return () => {
    checks.count += 1;
    throw new Error('do not look');
  };
}
