/**
 * Each deliberate break changes the one thing that it says, and those that no emulator sees are judged on the template.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { droppedFaults } from '../dropped.ts';
import { withoutLeftOut } from '../left-out.ts';
import { rightsFaults } from '../rights.ts';
import { steered } from '../services/steered.ts';
import type { Template } from '../template.ts';
import { BREAKS } from './changes.ts';

let whole: Template;
beforeAll(() => {
  const catalog = [...CATALOG, entryOf(steered), entryOf(idle({ name: 'bystander' }))];
  const stack = newStack(newApp(), { catalog, settings: settingsOf({ stage: 'rehearsal' }) });
  whole = templateOf(stack).toJSON() as Template;
});
afterAll(removeOutputs);

const SERVICES = ['check-endpoints', 'mark-late-runs', 'watch-services', 'steered', 'bystander'];
const broken = (name: string): Template => BREAKS.find((one) => one.name === name)?.change(whole) ?? whole;

describe('the stack as it is', () => {
  test('has no fault that is judged on the template', () => {
    expect([...droppedFaults(whole), ...rightsFaults(whole, SERVICES)]).toEqual([]);
  });

  test('can be deployed without what is left out', () => {
    expect(withoutLeftOut(whole).leftOut).toEqual({
      'AWS::Logs::QueryDefinition': 5,
    });
  });
});

describe('a break', () => {
  test.each(BREAKS.map(({ name, change }) => [name, change] as const))('%s changes one resource', (_name, change) => {
    const { Resources } = change(whole);
    const ids = [...new Set([...Object.keys(Resources), ...Object.keys(whole.Resources)])];

    expect(ids.filter((id) => !isDeepStrictEqual(Resources[id], whole.Resources[id]))).toHaveLength(1);
  });

  test('has a name of its own', () => {
    expect(new Set(BREAKS.map(({ name }) => name)).size).toBe(BREAKS.length);
  });

  test('a break of rights is judged on the template', () => {
    expect(rightsFaults(broken('no-permission'), SERVICES)).toEqual([
      'steered: its function may not dynamodb:UpdateItem its own items',
    ]);
    const invoke = rightsFaults(broken('no-invoke-permission'), SERVICES);
    expect(invoke).toHaveLength(SERVICES.length);
    for (const fault of invoke) expect(fault).toMatch(/Schedule\w+: Scheduler may not lambda:InvokeFunction$/);
  });

  test('a break of what the emulator drops is judged on the template', () => {
    expect(droppedFaults(broken('no-expiry'))).toEqual([
      expect.stringMatching(/^StateTable\w+\.TimeToLiveSpecification: expected that run records/),
    ]);
  });
});

test('a service that the stack does not have is reported, not passed over', () => {
  expect(rightsFaults(whole, ['no-such-service'])).toEqual(['no-such-service: it has no function']);
});
