/**
 * The parts of Tickover that only some services need. The bundle of a generated handler leaves out those that its
 * service doesn't ask for. This is the only list of them.
 *
 * Each part has a global variable of this file, which no code ever sets. The code that uses a part asks first whether
 * the variable of the part is true. In a bundle without the part the bundler puts `true` in place of the variable; it
 * then drops the code that can't be reached, and the modules that nothing else uses. Everywhere else the variable is
 * undefined, and every part is there.
 */

declare global {
  /** Cron expressions. A service with an interval alone needs none. */
  var TICKOVER_WITHOUT_CRON: true | undefined;
  /** The detailed metrics, which a service sends with `metrics: 'detailed'`. */
  var TICKOVER_WITHOUT_METRICS: true | undefined;
  /** The reader of secrets with its two clients of AWS. A service without the option `secrets` needs none. */
  var TICKOVER_WITHOUT_SECRETS: true | undefined;
  // A further part is declared here and listed in VARIABLES.
}

const VARIABLES = {
  cron: 'globalThis.TICKOVER_WITHOUT_CRON',
  metrics: 'globalThis.TICKOVER_WITHOUT_METRICS',
  secrets: 'globalThis.TICKOVER_WITHOUT_SECRETS',
} as const;

/** A part of Tickover that a bundle can leave out. */
export type OptionalPart = keyof typeof VARIABLES;

/** All parts: those of a handler that its user writes, since the handler may use any of them. */
export const ALL_PARTS = Object.keys(VARIABLES) as readonly OptionalPart[];

/** Returns the texts that the bundler replaces in a bundle that has no other optional part than `parts`. */
export function definesOf(parts: readonly OptionalPart[]): Readonly<Record<string, string>> {
  const leftOut = ALL_PARTS.filter((part) => !parts.includes(part));
  return Object.fromEntries(leftOut.map((part) => [VARIABLES[part], 'true']));
}
