import { expect, test } from 'vitest';
import { metricsSettings } from '../../lib/prometheus/index.ts';
import { InvalidOptionsError } from '../../lib/rules/index.ts';

const DEFAULTS = { enabled: false, host: '127.0.0.1', port: 4201 };

test('nothing is served unless it is asked for, and then on port 4201 of 127.0.0.1', () => {
  expect(metricsSettings({})).toEqual(DEFAULTS);
  expect(metricsSettings({ TICKOVER_METRICS_ENABLED: 'true' })).toEqual({ ...DEFAULTS, enabled: true });
});

test.each([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
  ['', false],
])("TICKOVER_METRICS_ENABLED '%s' means %s", (written, enabled) => {
  expect(metricsSettings({ TICKOVER_METRICS_ENABLED: written }).enabled).toBe(enabled);
});

test('port and host are taken as they are set, and empty values are none', () => {
  const env = { TICKOVER_METRICS_ENABLED: 'true', TICKOVER_METRICS_PORT: '9100', TICKOVER_METRICS_HOST: '0.0.0.0' };

  expect(metricsSettings(env)).toEqual({ enabled: true, host: '0.0.0.0', port: 9100 });
  expect(metricsSettings({ TICKOVER_METRICS_PORT: '0' }).port).toBe(0);
  expect(metricsSettings({ TICKOVER_METRICS_PORT: '', TICKOVER_METRICS_HOST: '' })).toEqual(DEFAULTS);
});

test.each(['x', '-1', '65536', '80.5', '1e3', '0x50', ' 80'])("the port '%s' is refused", (port) => {
  expect(() => metricsSettings({ TICKOVER_METRICS_PORT: port })).toThrow(
    `TICKOVER_METRICS_PORT: expected a port from 0 to 65535, got '${port}'`,
  );
});

test('every fault is named at once', () => {
  const env = { TICKOVER_METRICS_ENABLED: 'yes', TICKOVER_METRICS_PORT: 'x' };

  expect(() => metricsSettings(env)).toThrow(
    new InvalidOptionsError('metrics', [
      "TICKOVER_METRICS_ENABLED: expected 'true', 'false', '1' or '0', got 'yes'",
      "TICKOVER_METRICS_PORT: expected a port from 0 to 65535, got 'x'",
    ]),
  );
});

test('a function in Lambda serves nothing and judges no setting', () => {
  const env = { AWS_LAMBDA_FUNCTION_NAME: 'sweep', TICKOVER_METRICS_ENABLED: 'true', TICKOVER_METRICS_PORT: 'x' };

  expect(metricsSettings(env)).toEqual(DEFAULTS);
});
