/**
 * After a long absence: one jump, the policy applied, no burst, no bound that ends the service for good, and work that
 * is bounded.
 */
import { describe, expect, it } from 'vitest';
import { ABSENCES } from './absences.ts';

describe('After', () => {
  it.each(ABSENCES.map(({ name, play }) => [name, play] as const))('%s the service goes on', async (_name, play) => {
    const { missed, violations } = await play();

    expect(violations).toEqual([]);
    expect(missed).toBeGreaterThan(800);
  });
});
