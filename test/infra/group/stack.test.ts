/** Groups in the project's stack, by the settings of single services. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { planOf } from '../../../infra/cost/deployed-plan.ts';
import type { TickoverStackProps } from '../../../infra/tickover-stack.ts';
import type { CatalogEntry } from '../../../lib/services/catalog.ts';
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
} from '../../support/stack-kit.ts';

afterAll(removeOutputs);

const catalog: readonly CatalogEntry[] = [...['a', 'b', 'c'].map((name) => entryOf(idle({ name }))), ...CATALOG];

function stackOf(services: Record<string, object>, props: Partial<TickoverStackProps> = {}, context: object = {}) {
  return newStack(newApp(), { catalog, ...props, settings: settingsOf({ services, ...context }) });
}

const SMALL = { a: { group: 'small' }, b: { group: 'small' }, 'mark-late-runs': { group: 'small' } };

describe('services of one group name', () => {
  test('share a function, and the others have their own', () => {
    const stack = stackOf(SMALL);

    expect(stack.groups.map(({ groupName }) => groupName)).toEqual(['small']);
    expect(stack.services.map(({ service, groupName }) => [service.name, groupName])).toEqual([
      ['a', 'small'],
      ['b', 'small'],
      ['c', undefined],
      ['check-endpoints', undefined],
      ['mark-late-runs', 'small'],
      ['watch-services', undefined],
    ]);
    expect(resourcesOf(templateOf(stack), 'AWS::Lambda::Function')).toHaveLength(4);
    expect(resourcesOf(templateOf(stack), 'AWS::Scheduler::Schedule')).toHaveLength(6);
  });

  test('have an output each, which says how the service is named', () => {
    const outputs = templateOf(stackOf(SMALL)).findOutputs('*');

    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(['afunction', 'bfunction', 'cfunction']));
    expect(outputs['afunction']?.['Description']).toBe(
      'The function of a, to invoke by hand with {"service":"a","action":...}.',
    );
  });

  test('are all watched, under the name of their group', () => {
    const stack = stackOf(SMALL);
    const entry = readFileSync(
      stack.services.find(({ service }) => service.name === 'watch-services')?.entry ?? '',
      'utf8',
    );

    for (const name of ['a', 'b', 'mark-late-runs'])
      expect(entry).toMatch(new RegExp(String.raw`name[\\":]+${name}\\",(?:(?!name).)*group[\\":]+small`));
  });

  test('have what single services need: variables and rights', () => {
    const [lambda] = resourcesOf(templateOf(stackOf(SMALL)), 'AWS::Lambda::Function').filter(({ id }) =>
      id.startsWith('Groupsmall'),
    );

    expect(lambda?.Properties['Environment']).toMatchObject({
      Variables: { TICKOVER_FLOW_RUNS_TABLE: expect.anything() },
    });
  });

  test('keep intervals and alarms of their own, and share what the function has', () => {
    const stack = stackOf({
      a: { group: 'small', interval: '7m', memorySize: 512, environment: { ONE: '1' } },
      b: { group: 'small', alarms: 'none', environment: { TWO: '2', ONE: '1' } },
    });
    const [lambda] = resourcesOf(templateOf(stack), 'AWS::Lambda::Function').filter(({ id }) =>
      id.startsWith('Groupsmall'),
    );

    expect(lambda?.Properties).toMatchObject({
      MemorySize: 512,
      Environment: { Variables: { ONE: '1', TWO: '2' } },
    });
    expect(stack.services[0]?.service.schedule.interval).toBe(420_000);
    expect(stack.services.slice(0, 2).map(({ alarms }) => Object.keys(alarms))).toEqual([['unhealthy'], []]);
  });

  test('have rows in the dashboard of their own lines, and graphs of the function once', () => {
    const [dashboard] = resourcesOf(templateOf(stackOf(SMALL, {}, { dashboard: true })), 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard?.Properties);

    expect(body.split('group small: duration of an invocation')).toHaveLength(2);
    expect(body).toContain('b: in trouble');
    expect(body).toMatch(/SOURCE[^|]+\| filter service = [\\"]+b[\\"]+/);
  });

  test('are queried once in their log', () => {
    for (const { Properties } of resourcesOf(templateOf(stackOf(SMALL)), 'AWS::Logs::QueryDefinition')) {
      expect(Properties['LogGroupNames']).toHaveLength(4);
    }
  });

  test('may have props of their function, by the name of the group', () => {
    const stack = stackOf(SMALL, { functionPropsOf: { small: { memorySize: 1_024 } } });
    const [lambda] = resourcesOf(templateOf(stack), 'AWS::Lambda::Function').filter(({ id }) =>
      id.startsWith('Groupsmall'),
    );

    expect(lambda?.Properties['MemorySize']).toBe(1_024);
  });

  test('are in the plan of the bill, each with the memory and the log of the group', () => {
    const { services } = planOf(stackOf({ ...SMALL, b: { group: 'small', memorySize: 512 } }));

    expect(services.filter(({ name }) => ['a', 'b'].includes(name))).toMatchObject([
      { name: 'a', memoryMb: 512, alarms: 1, logRetentionDays: 30 },
      { name: 'b', memoryMb: 512, alarms: 1, logRetentionDays: 30 },
    ]);
  });

  test('are no group where they are disabled', () => {
    const off = { group: 'small', enabled: false };

    expect(stackOf({ a: off, b: off }).groups).toEqual([]);
  });
});

describe('groups are refused', () => {
  test.each<[string, Record<string, object>, string, Partial<TickoverStackProps>?]>([
    [
      'that have the watchdog',
      { 'watch-services': { group: 'small' } },
      "services.watch-services.group: expected none, since the watchdog needs a function of its own to notice that a group fails, got 'small'",
    ],
    ['under the name of a service', { a: { group: 'b' } }, "group: expected a name that no service has, got 'b'"],
    [
      'under a name that no service could have',
      { a: { group: 'No Name' } },
      'services.a.group: expected lower-case letters',
    ],
    [
      'with two sizes of memory',
      { a: { group: 'x', memorySize: 256 }, b: { group: 'x', memorySize: 512 } },
      'services.b.memorySize: expected 256 as a has, since they share a function, got 512',
    ],
    [
      'with two values of a variable',
      { a: { group: 'x', environment: { V: '1' } }, b: { group: 'x', environment: { V: '2' } } },
      "services.b.environment.V: expected '1' as a has, since they share a function, got '2'",
    ],
    [
      'with props of a function that a service has not',
      SMALL,
      "functionPropsOf: expected only c, check-endpoints, watch-services, small, got 'a'",
      { functionPropsOf: { a: {} } },
    ],
  ])('%s', (_what, services, fault, props = {}) => {
    expect(() => stackOf(services, props)).toThrow(fault);
  });
});
