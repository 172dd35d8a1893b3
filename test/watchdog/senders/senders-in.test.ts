/** The senders in the environment, and the refusals of its variables. */
import { describe, expect, test } from 'vitest';
import { senderFaults, sendersIn, stackIn } from '../../../lib/watchdog/index.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alarms';
const BUS = 'arn:aws:events:eu-central-1:123456789012:event-bus/mine';
const URL = 'https://hooks.example.com/T0PSECRET';

describe('The environment', () => {
  test('names the senders, in this order', () => {
    const all = {
      TICKOVER_WEBHOOK_URL: URL,
      TICKOVER_WEBHOOK_TEMPLATE: '{"text":"{{text}}"}',
      TICKOVER_EVENT_BUS: BUS,
      TICKOVER_TOPIC_ARN: TOPIC,
    };

    expect(senderFaults(all)).toEqual([]);
    expect(sendersIn(all).map(({ name }) => name)).toEqual(['sns', 'event-bridge', 'webhook']);
    expect(sendersIn({ TICKOVER_EVENT_BUS: 'default' }).map(({ name }) => name)).toEqual(['event-bridge']);
  });

  test('names none where its variables are missing, empty or blank', () => {
    const blank = { TICKOVER_TOPIC_ARN: '', TICKOVER_EVENT_BUS: ' ', TICKOVER_WEBHOOK_URL: '\n' };

    expect([sendersIn({}), sendersIn(blank)]).toEqual([[], []]);
    expect([senderFaults({}), senderFaults(blank)]).toEqual([[], []]);
  });

  test('names the stack, and one machine where there is none', () => {
    expect([stackIn({ TICKOVER_STACK: 'Tickover-prod' }), stackIn({ TICKOVER_STACK: '' }), stackIn({})]).toEqual([
      'Tickover-prod',
      'one machine',
      'one machine',
    ]);
  });

  test.each([
    `${TOPIC}.fifo`,
    TOPIC.replace('arn:aws:', 'arn:aws-cn:'),
    TOPIC.replace('arn:aws:', 'arn:aws-us-gov:'),
    TOPIC.replace('eu-central-1', 'eusc-de-east-1'),
  ])('may name the topic %s', (topic) => {
    expect(senderFaults({ TICKOVER_TOPIC_ARN: topic })).toEqual([]);
  });

  test.each(['alarms', TOPIC.replace(':sns:', ':sqs:'), `${TOPIC}:subscription`, TOPIC.replace('123456789012', '1')])(
    'may not name the topic %s',
    (topic) => {
      expect(senderFaults({ TICKOVER_TOPIC_ARN: topic })).toEqual([
        `TICKOVER_TOPIC_ARN: expected the ARN of an SNS topic, got '${topic}'`,
      ]);
    },
  );

  test.each(['a b', BUS.replace(':event-bus/', ':rule/'), 'x'.repeat(257)])('may not name the bus %s', (bus) => {
    expect(senderFaults({ TICKOVER_EVENT_BUS: bus })).toEqual([
      expect.stringMatching(/^TICKOVER_EVENT_BUS: expected the name or the ARN of an EventBridge bus, got '/),
    ]);
  });

  test.each(['http://localhost:8065/hooks/x', 'http://127.0.0.1/x', 'http://127.1/x', 'http://[::1]:1/x'])(
    'may name a webhook of http on this machine: %s',
    (url) => {
      expect(senderFaults({ TICKOVER_WEBHOOK_URL: url })).toEqual([]);
    },
  );

  const EXPECTED = 'TICKOVER_WEBHOOK_URL: expected a URL of https, or of http on localhost, 127.0.0.1 or [::1], got';
  test.each([
    ['http://hooks.example.com/T0PSECRET', `${EXPECTED} 'http://hooks.example.com/***'`],
    ['http://u:T0PSECRET@10.0.0.1/x', `${EXPECTED} 'http://10.0.0.1/***'`],
    ['http://127.0.0.1.example.com/x', `${EXPECTED} 'http://127.0.0.1.example.com/***'`],
    ['http://localhost.example.com/x', `${EXPECTED} 'http://localhost.example.com/***'`],
    ['hooks.example.com/T0PSECRET', `${EXPECTED} text that is no URL`],
    ['T0PSECRET:x', `${EXPECTED} one of another scheme`],
    ['ftp://hooks.example.com/T0PSECRET', `${EXPECTED} one of another scheme`],
    ['https://T0PSECRET', undefined],
    [
      'https://u:%zzT0PSECRET@hooks.example.com/x',
      "TICKOVER_WEBHOOK_URL: expected a URL whose user and password are percent-encoded UTF-8, got 'https://hooks.example.com/***'",
    ],
    [
      `https://h/${'T0PSECRET'.repeat(300)}`,
      'TICKOVER_WEBHOOK_URL: expected a URL of at most 2000 characters, got 2710',
    ],
  ])('is refused without secrets for the webhook %s', (url, fault) => {
    const faults = senderFaults({ TICKOVER_WEBHOOK_URL: url });

    expect(faults).toEqual(fault === undefined ? [] : [fault]);
    expect(faults.join()).not.toContain('T0PSECRET');
  });

  test('is refused where a template has no webhook', () => {
    expect(senderFaults({ TICKOVER_WEBHOOK_TEMPLATE: '{"text":"{{text}}"}' })).toEqual([
      'TICKOVER_WEBHOOK_TEMPLATE: expected TICKOVER_WEBHOOK_URL beside it, got none',
    ]);
  });

  test('is refused with every fault at once when the senders are made', () => {
    const env = {
      TICKOVER_STACK: 'x'.repeat(129),
      TICKOVER_TOPIC_ARN: 'alarms',
      TICKOVER_EVENT_BUS: 'a b',
      TICKOVER_WEBHOOK_URL: 'x',
      TICKOVER_WEBHOOK_TEMPLATE: '{',
    };

    expect(() => sendersIn(env)).toThrow(
      /^watch-services: TICKOVER_STACK: .*; TICKOVER_TOPIC_ARN: .*; TICKOVER_EVENT_BUS: .*; TICKOVER_WEBHOOK_URL: .*; TICKOVER_WEBHOOK_TEMPLATE: /,
    );
  });
});
