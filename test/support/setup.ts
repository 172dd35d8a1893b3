/** Runs before each test file, in every one of vitest's projects. */
import * as fc from 'fast-check';
import { afterAll, vi } from 'vitest';
import { SEED } from './seed.ts';

fc.configureGlobal({ seed: SEED });

// The worker goes on to the next file, which is to find nothing of this one.
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
