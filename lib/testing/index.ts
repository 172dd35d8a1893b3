export { type FakeClock, type FakeClockOptions, fakeClock } from './fake-clock.ts';
export { memoryStore } from './memory-store.ts';
export { scriptedRandom } from './scripted-random.ts';
