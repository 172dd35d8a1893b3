/** Names in the context that are nearly those of settings. */
import { expect, test } from 'vitest';
import { readSettings } from '../../infra/settings.ts';

const settingsOf = (context: Record<string, unknown>) => readSettings((name) => context[name], Object.keys(context));

test.each([
  [{ alarmEmial: 'a@b.test' }, "alarmEmial: expected only known names, got 'a@b.test'; did you mean alarmEmail?"],
  [{ stgae: 'dev' }, 'did you mean stage?'],
  [{ Stage: 'dev' }, 'did you mean stage?'],
  [{ 'alarm-email': 'a@b.test' }, 'did you mean alarmEmail?'],
  [{ alarmemail: 'a@b.test' }, 'did you mean alarmEmail?'],
  [{ deletionprotection: 'false' }, 'did you mean deletionProtection?'],
  [{ encryptionKey: 'arn:aws:kms:x' }, 'did you mean encryptionKeyArn?'],
  [{ stateTable: 'Kept' }, 'did you mean stateTableArn?'],
  [{ services: { sync: { intervall: '5m' } } }, 'did you mean interval?'],
  [{ services: { sync: { environment: { TICKOVER_ENDPOINT: '[]' } } } }, 'did you mean TICKOVER_ENDPOINTS?'],
])('a near miss is refused: %j', (context, message) => {
  expect(() => settingsOf(context)).toThrow(message);
});

test("CDK's own names and the user's pass", () => {
  const ordinary = ['state', 'stages', 'group', 'table', 'alarms', 'name', 'service', 'deletion', 'encryption'];
  const own = Object.fromEntries(ordinary.map((name) => [name, 'mine']));
  expect(settingsOf({ ...own, alarmEmail: 'a@b.test' })).toMatchObject({ alarmEmail: 'a@b.test' });

  const context = { '@aws-cdk/core:newStyleStackSynthesis': true, 'aws:cdk:bundling-stacks': [], team: 'ops' };

  expect(settingsOf({ ...context, alarmEmail: 'a@b.test' })).toMatchObject({ alarmEmail: 'a@b.test' });
});
