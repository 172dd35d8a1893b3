export { type FakeClock, type FakeClockOptions, fakeClock } from './fake-clock.ts';
export { scriptedRandom } from './scripted-random.ts';
