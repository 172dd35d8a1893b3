/** The watchdog: watch-services over given services, of one stack or several that share a state table. */
import { Stack, Token } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { InvalidOptionsError, optionFault } from '../../lib/rules/index.ts';
import { watchdogOver, watchServices } from '../../lib/services/watch-services.ts';
import { isRecord, readProperty, showValue, withoutUndefined } from '../../lib/text/index.ts';
import { senderFaults, WATCHED_VARIABLE, type WatchedService, watchedServiceOf } from '../../lib/watchdog/index.ts';
import { WATCHDOG } from '../alarms/index.ts';
import { propsFaults, type Shapes } from '../known-props.ts';
import { overwrittenFaults } from '../service-faults.ts';
import { dataOf, type GeneratedEntry, writeEntry } from './generated-entry.ts';
import { notifyBy } from './pager.ts';
import { allow } from './rights/allow.ts';
import { grantStateBatchRead } from './rights/batch-read.ts';
import { grantKey } from './rights/encryption-key.ts';
import {
  isSameTable,
  markWatched,
  ScheduledService,
  type ScheduledServiceProps,
  SERVICE_PROPS,
} from './scheduled-service.ts';

/** A web address to which messages are posted. */
export interface Webhook {
  /** Where to post. It stands in the template and in the function's environment, for whoever may read these. */
  readonly url: string;
  /** The body of a message. @default JSON with everything that a message has */
  readonly template?: string;
}

/** The ways by which the watchdog's messages leave. */
export interface Outlets {
  /** The topic for messages, and for the alarm on the watchdog itself. @default none */
  readonly pagerTopic?: ITopic;
  /** The bus that gets an event for each change. @default none */
  readonly eventBus?: IEventBus;
  /** The web address to which messages are posted. @default none */
  readonly webhook?: Webhook;
}

/** The properties of a watchdog. */
export interface WatchdogProps extends Omit<ScheduledServiceProps, 'service' | 'entry' | 'watched'>, Outlets {
  /** The services to watch, all of one state table. A watchdog among them is left out. */
  readonly services: readonly ScheduledService[];
}

const { service: _service, entry: _entry, watched: _watched, ...OWN_PROPS } = SERVICE_PROPS;
const PROPS = {
  ...OWN_PROPS,
  ...{ services: 'list', pagerTopic: 'object', eventBus: 'object', webhook: 'object' },
} as const satisfies Shapes<WatchdogProps>;
const WEBHOOK = { url: 'text', template: 'text' } as const satisfies Shapes<Webhook>;

/** The largest size of address and template together, since Lambda takes 4096 bytes of variables in all. */
const LARGEST_WEBHOOK = 2_500;

/**
 * A deployed watch-services. The list of the services stands in its bundle, so that another list is another build of
 * the watchdog. That lifts a halt of the watchdog itself, as any new build does, and changes nothing else.
 * @throws InvalidOptionsError which names every option that prevents the deploy
 */
export class Watchdog extends ScheduledService {
  /** The services that it watches, in the order of their names. */
  readonly services: readonly ScheduledService[];

  constructor(scope: Construct, id: string, props: WatchdogProps) {
    refuseMisshapen(`${scope.node.path}/${id}`, props);
    const { services: given, pagerTopic: _topic, eventBus: _bus, webhook: _webhook, ...own } = props;
    const services = watchedOf(given);
    refuseFaults(services, props);
    super(scope, id, {
      ...withoutUndefined({ table: services[0]?.table }),
      ...own,
      service: watchServices,
      entry: writeEntry(scope, id, entryOver(services)),
    });
    this.services = services;
    markWatched([this, ...services]);
    const names = services.map(({ service }) => service.name);
    grantStateBatchRead(this.table, { role: this.function.role, scope: this }, names);
    this.#openOutlets(props);
    this.#setVariable('TICKOVER_STACK', Stack.of(this).stackName);
  }

  #openOutlets({ pagerTopic, eventBus, webhook }: Outlets): void {
    if (pagerTopic !== undefined) {
      allow(this.function, ['sns:Publish'], [pagerTopic.topicArn]);
      grantKey(pagerTopic.masterKey, this.function, 'publish');
      const { watchdog } = this.alarms;
      if (watchdog !== undefined) notifyBy(watchdog, pagerTopic);
    }
    eventBus?.grantPutEventsTo(this.function);
    this.#setVariable('TICKOVER_TOPIC_ARN', pagerTopic?.topicArn);
    this.#setVariable('TICKOVER_EVENT_BUS', eventBus?.eventBusArn);
    this.#setVariable('TICKOVER_WEBHOOK_URL', webhook?.url);
    this.#setVariable('TICKOVER_WEBHOOK_TEMPLATE', webhook?.template);
  }

  #setVariable(name: string, value: string | undefined): void {
    if (value !== undefined) this.function.addEnvironment(name, value);
  }
}

function watchedOf(services: readonly ScheduledService[]): ScheduledService[] {
  return services
    .filter(({ service }) => service.name !== WATCHDOG)
    .toSorted((one, other) => (one.service.name < other.service.name ? -1 : 1));
}

function entryOver(services: readonly ScheduledService[]): GeneratedEntry {
  return {
    imports: { 'lambda/index.ts': ['scheduledHandler'], 'services/watch-services.ts': [watchdogOver.name] },
    code: `export const handler = scheduledHandler(${watchdogOver.name}(${dataOf(services.map(described))}));`,
  };
}

/** The service as the watchdog knows it, with what finds its function in the account. */
function described({ service, function: lambda }: ScheduledService): WatchedService {
  const { stackName: stack } = Stack.of(lambda);
  // A nested stack gets its name from the deploy, and then commands name no function.
  if (Token.isUnresolved(stack)) return watchedServiceOf(service);
  return watchedServiceOf(service, {
    stack,
    logicalId: Stack.of(lambda).getLogicalId(lambda.node.defaultChild as CfnFunction),
  });
}

/** Judged as the function will judge them. What only a deploy knows can't be. */
function webhookFaults({ url, template }: Partial<Webhook> = {}): string[] {
  const known = (text: string | undefined) => (Token.isUnresolved(text) ? undefined : text);
  const TICKOVER_WEBHOOK_URL = Token.isUnresolved(url) ? 'https://example.com' : url;
  return senderFaults(withoutUndefined({ TICKOVER_WEBHOOK_URL, TICKOVER_WEBHOOK_TEMPLATE: known(template) })).map(
    (fault) =>
      fault
        .replaceAll('TICKOVER_WEBHOOK_URL', 'webhook.url')
        .replaceAll('TICKOVER_WEBHOOK_TEMPLATE', 'webhook.template'),
  );
}

/** Refuses unknown names and values of another shape: with these the rest can't be judged. */
function refuseMisshapen(path: string, props: unknown): void {
  const webhook = readProperty(props, 'webhook');
  const faults = [
    ...propsFaults(props, PROPS),
    ...(isRecord(webhook) ? propsFaults(webhook, WEBHOOK, 'webhook.') : []),
  ];
  if (faults.length > 0) throw new InvalidOptionsError(`Watchdog '${path}'`, faults);
}

function refuseFaults(services: readonly ScheduledService[], props: WatchdogProps): void {
  const { table, pagerTopic, webhook } = props;
  const one = table ?? services[0]?.table;
  const others = services.filter((service) => one !== undefined && !isSameTable(service.table, one));
  const { url = '', template = '' } = webhook ?? {};
  const environment = { ...props.environment, ...props.functionProps?.environment };
  const faults = [
    ...optionFault(
      others.length === 0,
      'services',
      'services of one state table',
      others.map(({ service }) => showValue(service.name)).join(', '),
    ),
    // Its bundle has the list.
    ...overwrittenFaults(environment, { [WATCHED_VARIABLE]: '' }),
    ...optionFault(pagerTopic?.fifo !== true, 'pagerTopic', 'a standard topic', 'a FIFO topic'),
    ...webhookFaults(webhook),
    ...optionFault(
      Buffer.byteLength(url + template) <= LARGEST_WEBHOOK,
      'webhook',
      `at most ${LARGEST_WEBHOOK} bytes of url and template, since Lambda takes 4096 of variables in all`,
      `${Buffer.byteLength(url + template)} bytes`,
    ),
  ];
  if (faults.length > 0) throw new InvalidOptionsError(`service '${WATCHDOG}'`, faults);
}
