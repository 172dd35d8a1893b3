export { type FakeClock, type FakeClockOptions, fakeClock } from './fake-clock.ts';
export { type Harness, type HarnessLogLine, harness } from './harness.ts';
export type { HarnessOptions, HarnessPauseOptions, HarnessRunOptions, TestInstant } from './harness-options.ts';
export type { HarnessState } from './harness-state.ts';
export { memoryStore } from './memory-store.ts';
export { scriptedRandom } from './scripted-random.ts';
export type { TickResult } from './tick-result.ts';
