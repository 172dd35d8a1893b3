/** Node prints an error of synth as it is, its fields too: nothing in it is hidden, whatever it refuses. */
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { ScheduledService } from '../../infra/constructs/scheduled-service.ts';
import { readSettings, refuseUnknownServices } from '../../infra/settings.ts';
import { defineService } from '../../lib/service/index.ts';
import { ENTRY, emptyStack, idle, newApp, newStack, removeOutputs } from '../support/stack-kit.ts';

afterAll(removeOutputs);

const HOSTILE = 'a\u001b[2J\u007f\u009b\u200b\u200d\u202e\u2028\ufeff\u{e0041}z';
const refusalOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};
const settings = (context: Record<string, unknown>) => () =>
  readSettings((name) => context[name], [...Object.keys(context)]);
const service = (props: object) => () =>
  new ScheduledService(emptyStack(), 'It', { service: idle(), entry: ENTRY, ...props });

describe('a refusal shows hidden characters', () => {
  test.each<readonly [string, () => unknown]>([
    ['of a stage', settings({ stage: HOSTILE })],
    ['of an address', settings({ alarmEmail: HOSTILE })],
    ['of an ARN', settings({ stateTableArn: HOSTILE, flowRunsTableArn: HOSTILE, encryptionKeyArn: HOSTILE })],
    ['of settings that are no object', settings({ services: HOSTILE })],
    ["of a service's setting", settings({ services: { [HOSTILE]: { alarms: HOSTILE, interval: HOSTILE } } })],
    ["of a setting's name", settings({ services: { [HOSTILE]: { [HOSTILE]: HOSTILE } } })],
    ['of a name nearly that of a setting', settings({ 'alarmEmai\u200bl': HOSTILE })],
    ['of a variable', settings({ services: { sync: { environment: { 'TICKOVER_ENDPOINT\u200bS': HOSTILE } } } })],
    ['of an unknown service', () => refuseUnknownServices({ services: { [HOSTILE]: {} } } as never, ['sync'])],
    ["of a service's name", service({ service: { ...idle(), name: HOSTILE } })],
    [
      "of a service's schedule",
      service({ service: { ...idle(), schedule: { interval: 1, cron: HOSTILE, timezone: HOSTILE } } }),
    ],
    ['of a file', service({ entry: `/${HOSTILE}.ts` })],
    ['of an environment', service({ environment: { [HOSTILE]: HOSTILE } })],
    [
      'of an option of a definition',
      () => defineService({ name: HOSTILE, [HOSTILE]: HOSTILE, workload: HOSTILE } as never),
    ],
    ['of the stack', () => newStack(newApp(), { functionPropsOf: { [HOSTILE]: {} } })],
    [
      'of a catalog',
      () => newStack(newApp(), { catalog: [{ service: { ...idle(), name: HOSTILE }, functionFile: HOSTILE }] }),
    ],
  ])('%s', (_, act) => {
    const error = refusalOf(act);

    expect(error).toMatchObject({ code: 'invalid-options', faults: expect.anything() });
    expect(inspect(error, { depth: 9 })).not.toMatch(/[^\n -~]/);
    expect(JSON.stringify({ ...(error as object) })).not.toMatch(/[^ -~]/);
  });
});
