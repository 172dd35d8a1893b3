/** What a person hands in under a name that nothing knows, or in another shape. */
import { describe, expect, it } from 'vitest';
import { defineService, unknownVariableWarnings, variableFaults } from '../../lib/service/index.ts';
import { nearMiss, showValue } from '../../lib/text/index.ts';

const minimal = { name: 'sweeper', interval: '5m' } as const;
const faultsOf = (options: unknown): unknown => {
  try {
    defineService(options as never);
    return [];
  } catch (error) {
    return (error as { faults?: unknown }).faults;
  }
};

describe('the options of a service', () => {
  it.each([
    [{ backof: 4 }, 'backof: expected only known names, got 4; did you mean backoff?'],
    [{ restartafter: '5m' }, "restartafter: expected only known names, got '5m'; did you mean restartAfter?"],
    [{ colour: 1 }, 'colour: expected only known names, got 1'],
    [{ toString: 1 }, 'toString: expected only known names, got 1'],
    [{ memorySize: 256 }, 'memorySize: expected only known names, got 256'],
    [{ local: { intervall: '5s' } }, "local.intervall: expected only known names, got '5s'; did you mean interval?"],
    [{ local: '5s' }, "local: expected an object, got '5s'"],
    [{ local: null }, 'local: expected an object, got null'],
    [{ workload: 1 }, 'workload: expected a function, got 1'],
    [{ classify: 1 }, 'classify: expected a function, got 1'],
    [{ printer: 'x' }, "printer: expected a function, got 'x'"],
    [{ prepare: {} }, 'prepare: expected a function, got {}'],
    [{ cron: 5 }, 'cron: expected text, got 5'],
    [{ name: null }, 'name: expected lower-case letters, digits and dashes, 1 to 64 of them, got null'],
    [{ name: 5 }, 'name: expected lower-case letters, digits and dashes, 1 to 64 of them, got 5'],
    [{ memory: null }, 'memory: expected a whole number from 0 to 50, got null'],
    [{ local: { interval: null } }, 'local.interval: expected a value, or nothing at all, got null'],
    [{ 'back\u001b[2J': 1 }, 'back\\u001b[2J: expected only known names, got 1'],
  ])('are refused: %j', (options, fault) => {
    expect(faultsOf({ ...minimal, ...options })).toContain(fault);
  });

  it.each([null, undefined, 5, 'x', []])('are an object: %j', (options) => {
    expect(faultsOf(options)).toEqual([`options: expected an object of options, got ${showValue(options)}`]);
  });

  it('may be left out as undefined', () => {
    expect(faultsOf({ ...minimal, printer: undefined, local: undefined, cron: undefined })).toEqual([]);
  });
});

describe('the nearest name', () => {
  it.each([
    ['alarmEmial', 'alarmEmail'],
    ['alarm-email', 'alarmEmail'],
    ['ALARMEMAIL', 'alarmEmail'],
    ['stag', 'stage'],
    ['storage', undefined],
    ['availability-zones', undefined],
    ['', undefined],
  ])('of %j is %j', (written, nearest) => {
    expect(nearMiss(written, ['stage', 'alarmEmail', 'deletionProtection'])).toBe(nearest);
  });
});

describe('environment variables', () => {
  it('are refused where they are nearly ours; others pass', () => {
    expect(variableFaults(['PATH', 'TICKOVER_TABLE', 'TICKOVER_OF_MINE', 'MY_TABLE'])).toEqual([]);
    expect(variableFaults(['TICKOVER_TABEL', 'TICKOVR_TABLE'])).toEqual([
      'TICKOVER_TABEL: expected only known names, got a variable of this name; did you mean TICKOVER_TABLE?',
      'TICKOVR_TABLE: expected only known names, got a variable of this name; did you mean TICKOVER_TABLE?',
    ]);
  });

  it('with our prefix that nothing reads are a warning', () => {
    expect(unknownVariableWarnings(['PATH', 'TICKOVER_TABLE', 'TICKOVER_NEWER'])).toEqual([
      'environment: TICKOVER_NEWER is no variable of this version; it has no effect',
    ]);
  });
});

it('a refusal shows control characters, half characters and what moves text about', () => {
  expect(showValue('a\u001b[2J\n\u202e\ud83d 🚲')).toBe("'a\\u001b[2J\\n\\u202e\\ud83d 🚲'");
});
