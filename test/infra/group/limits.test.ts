/** As many grouped services in one stack as CloudFormation's limits allow. */
import type { App } from 'aws-cdk-lib';
import { afterAll, describe, expect, test } from 'vitest';
import {
  CATALOG,
  entryOf,
  idle,
  newApp,
  newStack,
  removeOutputs,
  settingsOf,
  templateOf,
} from '../../support/stack-kit.ts';

afterAll(removeOutputs);

/** CloudFormation's own limits for one stack. */
const MOST = { resources: 500, outputs: 200, bytes: 1_048_576 };

function stackOf(count: number, app: App = newApp()) {
  const names = Array.from({ length: count }, (_, index) => `service-${index}`);
  const services = Object.fromEntries(names.map((name, index) => [name, { group: `group-${Math.floor(index / 20)}` }]));
  const catalog = [
    ...names.map((name) => entryOf(idle({ name, interval: '1m' }))),
    ...CATALOG.filter(({ service }) => service.name === 'watch-services'),
  ];
  return newStack(app, { catalog, settings: settingsOf({ services }) });
}

describe('a stack of 213 services in groups of 20', () => {
  const template = templateOf(stackOf(213)).toJSON() as { Resources: object; Outputs: Record<string, object> };

  test("is within CloudFormation's limits, with an alarm each", () => {
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(MOST.resources);
    expect(JSON.stringify(template.Resources).split('"MetricName":"Unhealthy"')).toHaveLength(214);
    expect(Object.keys(template.Outputs).length).toBeLessThanOrEqual(MOST.outputs);
    expect(Buffer.byteLength(JSON.stringify(template, undefined, 1))).toBeLessThanOrEqual(MOST.bytes);
  });

  test('has an output for each function, since one for each service would be too many', () => {
    expect(template.Outputs['groupgroup0function']).toMatchObject({
      Description: 'The function of the group group-0, to invoke by hand with {"service":...,"action":...}.',
    });
    expect(Object.keys(template.Outputs)).toHaveLength(12);
  });
});

describe('a stack beyond the limits', () => {
  test('is refused with the advice to split its services or to group them', () => {
    const app = newApp();
    stackOf(260, app);

    expect(() => app.synth()).toThrow(
      /Split the services: .*; or let small ones share a function by the setting `group`/,
    );
  });
});
