/**
 * The seed of every property in the tests. Only the long form of the fault suite, `npm run faults`, takes a fresh one.
 */
export const SEED = 20_251_009;
