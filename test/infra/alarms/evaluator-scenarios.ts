/** What stories of people being told begin with and look at. */
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { MINUTE } from '../../support/tick-kit.ts';
import { type Play, type PlayOptions, play } from './evaluator-play.ts';

/** Keeps the machine's own settings of Powertools out of the stories, and gives standard output back after each. */
export function onStage(): void {
  beforeEach(() => {
    vi.stubEnv('POWERTOOLS_DEV', undefined);
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', undefined);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
}

/** A service that has been running for ten minutes, or ten of its intervals. */
export async function running(options: PlayOptions): Promise<Play> {
  const on = play(options);
  await on.pass(10 * Math.max(MINUTE, on.service.schedule.interval));
  return on;
}

export function expectAllQuiet(on: Play, alarms: readonly string[] = ['failing', 'halted', 'silent']): void {
  expect(on.pages).toEqual([]);
  expect(alarms.map((alarm) => on.state(alarm))).toEqual(alarms.map(() => 'OK'));
}

/** The minutes of the pages, all of which are the pager's. */
export function paged(on: Play): number[] {
  return on.pages.map((page) => Number(page.replace(/^pager at /, '')));
}
