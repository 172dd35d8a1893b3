/** What a person hands in under a name that nothing knows, or in another shape. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineService, unknownVariableWarnings, variableFaults } from '../../lib/service/index.ts';
import { VARIABLES } from '../../lib/service/variables.ts';
import { nearMiss, showValue } from '../../lib/text/index.ts';
import { ROOT } from '../support/process.ts';

/** The code without its comments. A name in a comment is read by nothing. */
function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\w])\/\/.*$/gm, '');
}

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
    ['alarmEmail', ['alarmEmial', 'alarm-email', 'ALARMEMAIL', 'alarmemail', 'AlarmMail']],
    ['stage', ['stag', 'stgae', 'Stage', 'STAGE', 's-tage', 'satge', 'staage', 'stge']],
    ['services', ['sevices', 'srevices', 'Services', 'servises']],
    ['deletionProtection', ['deletionprotection', 'deletion_protection', 'deletionProtektion']],
    ['encryptionKeyArn', ['encryptionKey', 'encryptionKeyARN']],
    [undefined, ['storage', 'availability-zones', '', '-', 'a'.repeat(100)]],
  ])('is %s for each of %j', (nearest, written) => {
    const known = ['stage', 'services', 'alarmEmail', 'deletionProtection', 'encryptionKeyArn'];

    expect(written.map((each) => nearMiss(each, known))).toEqual(written.map(() => nearest));
  });

  it.each([
    ...['state', 'stages', 'stake', 'stale', 'sage', 'age', 'page', 'usage', 'image', 'staged', 'stack', 'staging'],
    ...['service', 'serviced', 'server', 'devices', 'group', 'table', 'tables', 'alarm', 'alarms', 'name', 'email'],
    ...['deletion', 'encryption', 'protection', 'key', 'region', 'account', 'env', 'vpc', 'owner', 'domain', 'tags'],
  ])('is none for an ordinary word, which may be the name of somebody else: %s', (word) => {
    const settings = ['stage', 'services', 'alarmEmail', 'keepTables', 'deletionProtection'];
    const arns = ['stateTableArn', 'flowRunsTableArn', 'encryptionKeyArn'];

    expect(nearMiss(word, [...settings, ...arns])).toBeUndefined();
  });
});

describe('environment variables', () => {
  it('are refused where they are nearly ours; others pass', () => {
    expect(variableFaults(['PATH', 'TICKOVER_TABLE', 'TICKOVER_OF_MINE', 'MY_TABLE', 'TICKOVER'])).toEqual([]);
    expect(variableFaults(['TICKOVER_TABEL', 'TICKOVR_TABLE'])).toEqual([
      'TICKOVER_TABEL: expected only known names, got a variable of this name; did you mean TICKOVER_TABLE?',
      'TICKOVR_TABLE: expected only known names, got a variable of this name; did you mean TICKOVER_TABLE?',
    ]);
  });

  it('that another one has replaced are refused, and a warning at run time, with that one as the hint', () => {
    expect(variableFaults(['TICKOVER_DETAILED_METRICS'])).toEqual([
      'TICKOVER_DETAILED_METRICS: expected only known names, got a variable of this name; did you mean TICKOVER_METRICS=detailed?',
    ]);
    expect(unknownVariableWarnings(['TICKOVER_DETAILED_METRICS'])).toEqual([
      'environment: TICKOVER_DETAILED_METRICS is no variable of this version; it has no effect; did you mean TICKOVER_METRICS=detailed?',
    ]);
  });

  it('with our prefix that nothing reads are a warning', () => {
    expect(unknownVariableWarnings(['PATH', 'TICKOVER_TABLE', 'TICKOVER_NEWER'])).toEqual([
      'environment: TICKOVER_NEWER is no variable of this version; it has no effect',
    ]);
  });

  it('are all in the list that the code has in quotes anywhere, and the list has no others', () => {
    const rooms = ['lib', 'functions', 'infra'].flatMap((room) =>
      readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.[cm]?[jt]s$/.test(file))
        .map((file) => join(room, file)),
    );
    const read = rooms
      .filter((file) => file !== join('lib', 'service', 'variables.ts'))
      .flatMap((file) =>
        withoutComments(readFileSync(join(ROOT, file), 'utf8')).match(/\bTICKOVER_[A-Z0-9_]*[A-Z0-9]\b/g),
      );
    // The globals by which a bundle leaves parts out are no variables.
    const names = new Set(read.filter((name) => name !== null && !name.startsWith('TICKOVER_WITHOUT_')));

    expect([...names].sort()).toEqual([...VARIABLES].sort());
  });
});

it('a refusal shows control characters, half characters and what moves text about', () => {
  expect(showValue('a\u001b[2J\n\u202e\ud83d 🚲')).toBe("'a\\u001b[2J\\n\\u202e\\ud83d 🚲'");
});
