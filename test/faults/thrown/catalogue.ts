/** The catalogue of things thrown. */
import { ERRORS } from './error-things.ts';
import { TEXT_THINGS, VALUES } from './simple-things.ts';
import { SPITEFUL } from './spiteful-things.ts';
import type { Thing } from './thing.ts';

/** Everything that may be thrown, returned or logged. */
export const CATALOGUE: readonly Thing[] = [...VALUES, ...TEXT_THINGS, ...ERRORS, ...SPITEFUL];
