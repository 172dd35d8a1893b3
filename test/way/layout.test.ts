import { describe, expect, it } from 'vitest';
import { FIRST_BUILD } from './first-build.ts';
import { LAYOUT } from './kit.ts';
import { isLeftOut, isTextTimeOrLog, MOST_FILES, ROOMS } from './layout.ts';

describe('what is left out', () => {
  it.each([
    ['the rooms as they are', ROOMS],
    ['the first build', FIRST_BUILD],
  ])(`names in %s at most ${MOST_FILES} files, each with its reason`, (_, { files }) => {
    expect(Object.keys(files).length).toBeLessThanOrEqual(MOST_FILES);
    expect(Object.values(files).filter((reason) => reason.length < 20)).toEqual([]);
  });

  it.each([
    ['the rooms as they are', ROOMS],
    ['the first build', FIRST_BUILD],
  ])('names in %s no file twice, and none that its room leaves out', (_, layout) => {
    const ofRooms = { ...layout, files: {} };

    expect(Object.keys(layout.files).filter((file) => isLeftOut(ofRooms, file))).toEqual([]);
    expect(layout.kept.filter((file) => isLeftOut(layout, file))).toEqual([]);
  });

  it('is a room with all that is in it', () => {
    expect(isLeftOut(LAYOUT, 'lib/text/deep/mask.ts')).toBe(true);
    expect(isLeftOut(LAYOUT, 'lib/texture/mask.ts')).toBe(false);
  });

  it('is not a file that is kept, nor one that stands beside a file left out', () => {
    expect(isLeftOut(LAYOUT, 'lib/rules/step.ts')).toBe(false);
    expect(isLeftOut(LAYOUT, 'lib/store/helper.test.ts')).toBe(false);
    expect(isLeftOut(LAYOUT, 'lib/store/helper.ts')).toBe(true);
  });

  it('puts a file that is named into the room that names it, even if its folder is another room', () => {
    expect(isTextTimeOrLog(LAYOUT, 'lib/rules/words.ts')).toBe(true);
    expect(isTextTimeOrLog(LAYOUT, 'lib/rules/limits.ts')).toBe(false);
  });
});
