/** The environment variables: those that are read anywhere, what each stands for, and those that a stack sets. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { scheduledHandler } from '../../lib/lambda/index.ts';
import { metricsSettings } from '../../lib/prometheus/index.ts';
import { defineService } from '../../lib/service/index.ts';
import { loadCatalog } from '../../lib/services/catalog.ts';
import { ROOT } from '../support/process.ts';
import { removeOutputs, resourcesOf, synthesised } from '../support/stack-kit.ts';

afterAll(removeOutputs);

test('the code knows these variables and no others', async () => {
  const directories = ['lib', 'infra', 'functions'];
  const files = (
    await Promise.all(
      directories.map(async (directory) => {
        const names = await readdir(join(ROOT, directory), { recursive: true, encoding: 'utf8' });
        return names.map((name) => join(ROOT, directory, name));
      }),
    )
  )
    .flat()
    .filter((file) => file.endsWith('.ts'));
  const sources = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const words = sources.flatMap((source) => source.match(/\b(?:TICKOVER|AWS|POWERTOOLS|LOG|NODE)_[A-Z_]+\b/g) ?? []);
  // Words of the code: for what a host name of AWS looks like, and globals that the bundler replaces.
  const names = words.filter((word) => word !== 'AWS_HOST' && !word.startsWith('TICKOVER_WITHOUT_'));
  expect([...new Set(names)].toSorted()).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_DEFAULT_REGION',
    'AWS_ENDPOINT_URL_DYNAMODB',
    'AWS_LAMBDA_FUNCTION_NAME',
    'AWS_LAMBDA_LOG_LEVEL',
    'AWS_LAMBDA_RUNTIME_API',
    'AWS_PROFILE',
    'AWS_REGION',
    'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'LOG_LEVEL',
    'NODE_OPTIONS',
    'POWERTOOLS_DEV',
    'POWERTOOLS_LOG_LEVEL',
    'POWERTOOLS_METRICS_DISABLED',
    'TICKOVER_BUILD',
    'TICKOVER_DATABASE',
    'TICKOVER_DETAILED_METRICS',
    'TICKOVER_ENDPOINTS',
    'TICKOVER_EVENT_BUS',
    'TICKOVER_FLOW_RUNS_TABLE',
    'TICKOVER_INTERVAL',
    'TICKOVER_LATE_AFTER_SECONDS',
    'TICKOVER_METRICS',
    'TICKOVER_METRICS_ENABLED',
    'TICKOVER_METRICS_HOST',
    'TICKOVER_METRICS_NAMESPACE',
    'TICKOVER_METRICS_PORT',
    'TICKOVER_PAGE_SIZE',
    'TICKOVER_SLACK_SECONDS',
    'TICKOVER_STACK',
    'TICKOVER_TABLE',
    'TICKOVER_TOPIC_ARN',
    'TICKOVER_WATCHED',
    'TICKOVER_WEBHOOK_TEMPLATE',
    'TICKOVER_WEBHOOK_URL',
  ]);
});

test('a function refuses what it cannot use of them, by name', () => {
  for (const [name, value] of Object.entries({
    TICKOVER_TABLE: '',
    TICKOVER_BUILD: '',
    TICKOVER_SLACK_SECONDS: '61',
    TICKOVER_INTERVAL: 'soon',
    TICKOVER_METRICS_NAMESPACE: 'AWS/Mine',
    TICKOVER_METRICS: 'yes',
  }))
    vi.stubEnv(name, value);
  expect(messageOf(() => scheduledHandler(defineService({ name: 'sync', interval: '1m' })))).toEqual(
    "environment: TICKOVER_METRICS_NAMESPACE: expected 1 to 255 letters, digits, spaces or . - _ / # :, not beginning with 'AWS/' or ':', got 'AWS/Mine'; TICKOVER_METRICS: expected 'detailed' or nothing, got 'yes'; TICKOVER_TABLE: expected the name of the state table, got ''; TICKOVER_BUILD: expected 1 to 16 characters, got ''; TICKOVER_SLACK_SECONDS: expected a number from 0 to 60, got '61'; TICKOVER_INTERVAL: expected a duration from 0.1 s up to 366 days, such as '5m', got 'soon'",
  );
  vi.unstubAllEnvs();
});

test('the metrics server reads its own, and serves at this address unless it is set otherwise', () => {
  expect(metricsSettings({})).toEqual({ enabled: false, host: '127.0.0.1', port: 4201 });
  const variables = { TICKOVER_METRICS_ENABLED: 'true', TICKOVER_METRICS_HOST: '::1', TICKOVER_METRICS_PORT: '80' };
  expect(metricsSettings(variables)).toEqual({ enabled: true, host: '::1', port: 80 });
});

test('the services that come with it have these names, and refuse what they cannot use of their variables', async () => {
  const env = {
    TICKOVER_ENDPOINTS: '[{"url":"x","method":"BREW","timeoutMs":0,"expectedStatus":1,"allowAddresses":["x"],"a":1}]',
    TICKOVER_FLOW_RUNS_TABLE: '!',
    TICKOVER_LATE_AFTER_SECONDS: 'soon',
    TICKOVER_PAGE_SIZE: '0',
    TICKOVER_TABLE: 'states',
    TICKOVER_WATCHED: '{}',
  };
  const messages = (await loadCatalog()).map(({ service }) => [
    service.name,
    messageOf(() => service.prepare({ env, secrets: {} })),
  ]);
  expect(messages).toEqual([
    [
      'check-endpoints',
      "check-endpoints: TICKOVER_ENDPOINTS[0].url: expected a URL of http or https, got 'x'; TICKOVER_ENDPOINTS[0].method: expected one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, got 'BREW'; TICKOVER_ENDPOINTS[0].timeoutMs: expected milliseconds above 0 and up to 45000, got 0; TICKOVER_ENDPOINTS[0].expectedStatus: expected a status from 200 to 599, or a list of them, got 1; TICKOVER_ENDPOINTS[0].allowAddresses[0]: expected an IP address, or a range such as '169.254.170.0/24', got 'x'; TICKOVER_ENDPOINTS[0]: expected only url, method, timeout, timeoutMs, expectedStatus, allowAddresses, got a",
    ],
    [
      'mark-late-runs',
      "mark-late-runs: TICKOVER_FLOW_RUNS_TABLE: expected the name of a DynamoDB table, got '!'; TICKOVER_LATE_AFTER_SECONDS: expected seconds, 0 or more, got 'soon'; TICKOVER_PAGE_SIZE: expected a whole number from 1 to 1000, got '0'",
    ],
    [
      'watch-services',
      `watch-services: TICKOVER_WATCHED: expected [{"name", "schedule": {"interval"}, "tolerance", "consecutive"}, ...], each name once, got '{}'`,
    ],
  ]);
});

test('a stack gives each function these', () => {
  const functions = resourcesOf(synthesised().template, 'AWS::Lambda::Function');
  const settings = functions.map(({ Properties }) => {
    const { Variables } = (Properties['Environment'] ?? { Variables: {} }) as { Variables: Record<string, unknown> };
    return Object.keys(Variables).toSorted();
  });
  expect(settings).toEqual([
    ['NODE_OPTIONS', 'TICKOVER_BUILD', 'TICKOVER_METRICS_NAMESPACE', 'TICKOVER_TABLE'],
    ['NODE_OPTIONS', 'TICKOVER_BUILD', 'TICKOVER_FLOW_RUNS_TABLE', 'TICKOVER_METRICS_NAMESPACE', 'TICKOVER_TABLE'],
    [
      'NODE_OPTIONS',
      'TICKOVER_BUILD',
      'TICKOVER_METRICS_NAMESPACE',
      'TICKOVER_STACK',
      'TICKOVER_TABLE',
      'TICKOVER_TOPIC_ARN',
    ],
  ]);
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}
