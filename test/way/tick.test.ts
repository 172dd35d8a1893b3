/** The way of a healthy tick stays short: its figures, the length of its files, and the picture in the docs. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/process.ts';
import type { Call } from './figures.ts';
import { figuresOf, wayOf } from './figures.ts';
import { ROOMS } from './layout.ts';
import { pictureOf, withPicture } from './picture.ts';
import { recordTick } from './record.ts';

/** The goals. Above any of them, the way has grown: shorten it, or give the reason here. */
const MOST = { stops: 25, turnBacks: 8, calls: 600, linesOfAFile: 160 };

let calls: readonly Call[];

beforeAll(async () => {
  calls = await recordTick(ROOT);
}, 120_000);

describe('The way of a healthy tick', () => {
  it('has no more stops, turn-backs and calls than its goals', () => {
    const figures = figuresOf(calls, ROOMS);

    expect(figures.stops).toBeLessThanOrEqual(MOST.stops);
    expect(figures.turnBacks).toBeLessThanOrEqual(MOST.turnBacks);
    expect(figures.calls).toBeLessThanOrEqual(MOST.calls);
  });

  it('leads through files of at most 160 lines', async () => {
    const files = [...new Set(wayOf(calls, ROOMS).map(({ file }) => file))];
    const lengths = await Promise.all(
      files.map(
        async (file) => [file, (await readFile(join(ROOT, file), 'utf8')).trimEnd().split('\n').length] as const,
      ),
    );

    expect(lengths.filter(([, lines]) => lines > MOST.linesOfAFile)).toEqual([]);
  });

  it('is drawn in docs/design.md as it is', async () => {
    const page = await readFile(join(ROOT, 'docs/design.md'), 'utf8');

    expect(page).toBe(withPicture(page, pictureOf(figuresOf(calls, ROOMS), wayOf(calls, ROOMS))));
  });
});
