/** A service that is taken out of the catalog leaves nothing in the stack: no schedule, function, alarm or right. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Watchdog } from '../../infra/constructs/watchdog.ts';
import type { TickoverStack } from '../../infra/tickover-stack.ts';
import { ROOT } from '../support/process.ts';
import {
  CATALOG,
  entryOf,
  idle,
  newApp,
  newStack,
  removeOutputs,
  resourcesOf,
  settingsOf,
  templateOf,
} from '../support/stack-kit.ts';

afterAll(removeOutputs);

const GONE = 'goneaway';
const FUNCTION = join(ROOT, 'functions', 'check-endpoints.ts');
const gone = entryOf(idle({ name: GONE }), FUNCTION);
const sibling = entryOf(idle({ name: 'sibling' }), FUNCTION);

const GROUPED = { services: { [GONE]: { group: 'small' }, sibling: { group: 'small' } } };
const DETAILED = { dashboard: 'true', services: { [GONE]: { alarms: 'full' } } };

const stackOf = (entries: typeof CATALOG, settings = {}) =>
  newStack(newApp(), { catalog: entries, settings: settingsOf(settings) });

/** Everything that the stack writes: its template, and the entries of its functions. */
function textOf(stack: TickoverStack): string {
  const watchdog = stack.services.find(({ service }) => service.name === 'watch-services') as Watchdog;
  const entries = [watchdog.entry, ...stack.groups.map(({ entry }) => entry)];
  const files = entries.map((file) => readFileSync(file, 'utf8'));
  return [JSON.stringify(templateOf(stack).toJSON()), ...files].join('\n');
}

const COUNTED = ['AWS::Scheduler::Schedule', 'AWS::CloudWatch::Alarm', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup'];
const countsOf = (stack: TickoverStack) => COUNTED.map((type) => resourcesOf(templateOf(stack), type).length);

describe('a service that is taken out of the catalog', () => {
  test.each([
    ['has a function of its own', {}],
    ['has every alarm, and a dashboard', DETAILED],
    ['shares its function with another', GROUPED],
  ])('is named nowhere in the stack any more if it %s', (_how, settings) => {
    const before = stackOf([...CATALOG, gone, sibling], settings);
    const after = stackOf([...CATALOG, sibling], settings);

    expect(textOf(before)).toContain(GONE);
    expect(textOf(after)).not.toContain(GONE);
  });

  test.each([
    ['of its own', {}, [1, 1, 1, 1]],
    ['of a group', GROUPED, [1, 1, 0, 0]],
  ])('takes its schedule and its alarm with it, and its function if that is one %s', (_how, settings, less) => {
    const before = countsOf(stackOf([...CATALOG, gone, sibling], settings));
    const after = countsOf(stackOf([...CATALOG, sibling], settings));

    expect(before.map((count, index) => count - (after[index] ?? 0))).toEqual(less);
  });

  test('and one that the settings disable are the same stack', () => {
    const disabled = stackOf([...CATALOG, gone], { services: { [GONE]: { enabled: false } } });

    expect(textOf(disabled)).toBe(textOf(stackOf([...CATALOG])));
  });

  test('changes nothing of the others: their functions keep their names, and their states their table', () => {
    const before = templateOf(stackOf([...CATALOG, gone]));
    const after = templateOf(stackOf([...CATALOG]));
    const kept = (type: string) => {
      const ids = resourcesOf(after, type).map(({ id }) => id);
      return resourcesOf(before, type).filter(({ id }) => ids.includes(id));
    };

    for (const type of ['AWS::DynamoDB::Table', 'AWS::Scheduler::Schedule', 'AWS::CloudWatch::Alarm'])
      expect(kept(type)).toEqual(resourcesOf(after, type));
  });
});
