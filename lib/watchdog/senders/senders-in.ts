import { InvalidOptionsError } from '../../rules/index.ts';
import type { Surroundings } from '../../service/index.ts';
import { cut, mask, showValue, tryRead } from '../../text/index.ts';
import type { Sender } from '../ports.ts';
import { eventBridgeSender } from './event-bridge.ts';
import { snsSender } from './sns.ts';
import { shownUrl, webhookSender } from './webhook.ts';
import { templateFault } from './webhook-body.ts';

/** The name that notices contain in place of the stack if `TICKOVER_STACK` is missing or empty. */
const ONE_MACHINE = 'one machine';
const LONGEST_STACK = 128;
const LONGEST_URL = 2_000;

const TOPIC = /^arn:aws[a-z-]*:sns:[a-z\d-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/;
const BUS = /^(arn:aws[a-z-]*:events:[a-z\d-]+:\d{12}:event-bus\/)?[\w.\-/]{1,256}$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Returns the senders for which these environment variables are set: `TICKOVER_TOPIC_ARN`, an SNS topic;
 * `TICKOVER_EVENT_BUS`, the name or the ARN of an EventBridge bus; `TICKOVER_WEBHOOK_URL`, with
 * `TICKOVER_WEBHOOK_TEMPLATE`, the body of its requests. `TICKOVER_STACK` is the name of the stack in notices.
 * @throws InvalidOptionsError which names every faulty variable, the expected and the given value, without secrets
 */
export function sendersIn(env: Surroundings['env']): readonly Sender[] {
  const faults = senderFaults(env);
  if (faults.length > 0) throw new InvalidOptionsError('watch-services', faults);
  const { topic, bus, url, template } = written(env);
  const stack = stackIn(env);
  return [
    ...(topic === '' ? [] : [snsSender(topic)]),
    ...(bus === '' ? [] : [eventBridgeSender(bus, stack)]),
    ...(url === '' ? [] : [webhookSender({ url: new URL(url), stack, template: template || undefined })]),
  ];
}

/** Returns the name of the stack in notices. @default 'one machine' */
export function stackIn(env: Surroundings['env']): string {
  return env['TICKOVER_STACK']?.trim() || ONE_MACHINE;
}

/**
 * Returns the faults of the variables for topic, bus and webhook, each as `variable: expected ..., got ...`. Secrets
 * are left out: of a URL only the origin is shown.
 */
export function senderFaults(env: Surroundings['env']): string[] {
  const { topic, bus, url, template } = written(env);
  const faults: string[] = [];
  const check = (variable: string, fault: string | undefined) => {
    if (fault !== undefined) faults.push(`${variable}: ${fault}`);
  };
  check('TICKOVER_STACK', stackFault(stackIn(env)));
  if (topic !== '') check('TICKOVER_TOPIC_ARN', formFault(topic, TOPIC, 'the ARN of an SNS topic'));
  if (bus !== '') check('TICKOVER_EVENT_BUS', formFault(bus, BUS, 'the name or the ARN of an EventBridge bus'));
  if (url !== '') check('TICKOVER_WEBHOOK_URL', urlFault(url));
  if (template !== '') {
    check('TICKOVER_WEBHOOK_TEMPLATE', templateFault(template));
    if (url === '') check('TICKOVER_WEBHOOK_TEMPLATE', 'expected TICKOVER_WEBHOOK_URL beside it, got none');
  }
  return faults;
}

function written(env: Surroundings['env']) {
  const read = (variable: string) => env[variable]?.trim() ?? '';
  return {
    topic: read('TICKOVER_TOPIC_ARN'),
    bus: read('TICKOVER_EVENT_BUS'),
    url: read('TICKOVER_WEBHOOK_URL'),
    template: read('TICKOVER_WEBHOOK_TEMPLATE'),
  };
}

function stackFault(stack: string): string | undefined {
  const isShort = stack.length <= LONGEST_STACK;
  return isShort ? undefined : `expected at most ${LONGEST_STACK} characters, got ${stack.length}`;
}

function formFault(value: string, form: RegExp, expected: string): string | undefined {
  return form.test(value) ? undefined : `expected ${expected}, got ${cut(mask(showValue(value)), 200)}`;
}

function urlFault(text: string): string | undefined {
  const expected = 'expected a URL of https, or of http on localhost, 127.0.0.1 or [::1]';
  if (text.length > LONGEST_URL) return `expected a URL of at most ${LONGEST_URL} characters, got ${text.length}`;
  if (!URL.canParse(text)) return `${expected}, got text that is no URL`;
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!isSafe) return `${expected}, got ${url.protocol === 'http:' ? `'${shownUrl(url)}'` : 'one of another scheme'}`;
  const decoded = tryRead(() => decodeURIComponent(url.username) + decodeURIComponent(url.password));
  if (decoded !== undefined) return undefined;
  return `expected a URL whose user and password are percent-encoded UTF-8, got '${shownUrl(url)}'`;
}
