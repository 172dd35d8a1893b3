/** The environment that a function is told by. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readEnvironment } from '../../lib/lambda/env.ts';
import { scheduledHandler } from '../../lib/lambda/index.ts';
import { defineService } from '../../lib/service/index.ts';
import { functionUnderTest } from './kit.ts';

afterEach(() => vi.unstubAllEnvs());

const STATUS = { action: 'status' } as const;

describe('the environment', () => {
  it('has its defaults', () => {
    expect(readEnvironment({ TICKOVER_TABLE: 'states' })).toEqual({
      table: 'states',
      build: 'unbuilt',
      slack: 60_000,
      inLambda: false,
      variables: { TICKOVER_TABLE: 'states' },
    });
  });

  it('is read in full', () => {
    const variables = {
      TICKOVER_TABLE: 'states',
      TICKOVER_BUILD: '0123456789abcdef',
      TICKOVER_SLACK_SECONDS: '0',
      TICKOVER_INTERVAL: '5s',
      AWS_LAMBDA_FUNCTION_NAME: 'sync',
    };
    expect(readEnvironment(variables)).toEqual({
      table: 'states',
      build: '0123456789abcdef',
      slack: 0,
      interval: 5_000,
      inLambda: true,
      variables,
    });
  });

  it('is refused at once, every variable at fault named', () => {
    vi.stubEnv('TICKOVER_TABLE', undefined);
    vi.stubEnv('TICKOVER_BUILD', '0123456789abcdef0');
    vi.stubEnv('TICKOVER_SLACK_SECONDS', '61');
    vi.stubEnv('TICKOVER_INTERVAL', '5');
    const service = defineService({ name: 'sync', interval: '1m' });

    expect(() => scheduledHandler(service)).toThrow(
      expect.objectContaining({
        name: 'InvalidOptionsError',
        message:
          "environment: TICKOVER_TABLE: expected the name of the state table, got none; TICKOVER_BUILD: expected 1 to 16 characters, got '0123456789abcdef0'; TICKOVER_SLACK_SECONDS: expected a number from 0 to 60, got '61'; TICKOVER_INTERVAL: expected a duration from 0.1 s up to 366 days, such as '5m', got '5' (write '5s' or '5ms')",
      }),
    );
  });

  it.each([
    ['TICKOVER_TABLE', ''],
    ['TICKOVER_BUILD', ''],
    ['TICKOVER_SLACK_SECONDS', ''],
    ['TICKOVER_SLACK_SECONDS', '-1'],
    ['TICKOVER_SLACK_SECONDS', 'a minute'],
    ['TICKOVER_INTERVAL', ''],
    ['TICKOVER_INTERVAL', '0s'],
    ['TICKOVER_INTERVAL', '-5s'],
    ['TICKOVER_INTERVAL', 'often'],
  ])("is refused for %s '%s'", (variable, value) => {
    const variables = { TICKOVER_TABLE: 'states', [variable]: value };

    expect(() => readEnvironment(variables)).toThrow(new RegExp(`^environment: ${variable}: .*, got '${value}'$`));
  });

  it("gives the service another interval, in the schedule and in the answer's policy", async () => {
    const { invoke } = functionUnderTest({ script: 'SSS', environment: { interval: 30_000 } });

    expect(await invoke({ scheduledFor: '2025-10-09T12:00:00Z' }, 180_000)).toMatchObject({
      ticks: [{ tick: '2025-10-09T12:01:00.000Z' }, { tick: '2025-10-09T12:01:30.000Z' }],
    });
    expect(await invoke(STATUS)).toMatchObject({ policy: { intervalSeconds: 30 } });
  });

  it('is refused at once for an interval that the policy cannot have', () => {
    expect(() => functionUnderTest({ maxInterval: '2m', environment: { interval: 180_000 } })).toThrow(
      "service 'sync': maxInterval: expected a duration from the interval (180 s) up to 366 days, got '2m'",
    );
  });

  it('sets how late a firing may come: the window it owns begins that much later', async () => {
    const { invoke } = functionUnderTest({ interval: '30s', script: 'SS', environment: { slack: 0 } });

    expect(await invoke({ scheduledFor: '2025-10-09T12:00:00Z' }, 180_000)).toMatchObject({
      ticks: [{ tick: '2025-10-09T12:00:00.000Z' }, { tick: '2025-10-09T12:00:30.000Z' }],
    });
  });
});
