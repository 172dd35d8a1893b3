import { Stack, Token } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
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
import { knownName } from './code/function-name.ts';
import { dataOf, type GeneratedEntry, writeEntry } from './code/generated-entry.ts';
import { type DeployedService, isSameTable, markWatched } from './deployed-service.ts';
import { notifyBy } from './pager.ts';
import { allow } from './rights/allow.ts';
import { grantKey } from './rights/encryption-key.ts';
import { grantStateBatchRead } from './rights/many-items.ts';
import { grantClient } from './rights/operator-rights.ts';
import { ScheduledService, type ScheduledServiceProps, SERVICE_PROPS } from './scheduled-service.ts';

/** The webhook to which the watchdog posts its messages. */
export interface Webhook {
  /** The URL of the webhook. Whoever may read the stack's template or the function's environment can see the URL. */
  readonly url: string;
  /** The template of the body of a message. @default JSON with all fields of the message */
  readonly template?: string;
}

/** The receivers of the watchdog's messages. */
export interface Outlets {
  /** The SNS topic for messages of the watchdog, and for the alarm on the watchdog itself. @default none */
  readonly pagerTopic?: ITopic;
  /** The EventBridge bus that gets an event for each change of a service's health. @default none */
  readonly eventBus?: IEventBus;
  readonly webhook?: Webhook;
}

/** The properties of a watchdog: which services it watches, and where its messages go. */
export interface WatchdogProps extends Omit<ScheduledServiceProps, 'service' | 'entry' | 'file' | 'watched'>, Outlets {
  /** The services to watch, all in one state table. A watchdog in the list is left out. */
  readonly services: readonly DeployedService[];
}

const { service: _service, entry: _entry, file: _file, watched: _watched, ...OWN_PROPS } = SERVICE_PROPS;
const PROPS = {
  ...OWN_PROPS,
  ...{ services: 'list', pagerTopic: 'object', eventBus: 'object', webhook: 'object' },
} as const satisfies Shapes<WatchdogProps>;
const WEBHOOK = { url: 'text', template: 'text' } as const satisfies Shapes<Webhook>;

/** The most bytes of a webhook's URL and template together. Lambda allows 4096 bytes for all environment variables. */
const LARGEST_WEBHOOK = 2_500;

/**
 * The service watch-services on AWS, which watches the given services. The services may belong to several stacks that
 * share one state table. The bundle contains the list of the services, so another list makes another build.
 * @throws InvalidOptionsError which names every option that prevents the deploy
 */
export class Watchdog extends ScheduledService {
  /** The watched services, in the order of their names. */
  readonly services: readonly DeployedService[];

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

  /**
   * Allows the grantee everything that `createClient({ stack })` does: to invoke the watchdog's function, and those of
   * the services that it watches.
   */
  grantClient(grantee: IGrantable): Grant {
    return grantClient([this, ...this.services], grantee);
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

function watchedOf(services: readonly DeployedService[]): DeployedService[] {
  return services
    .filter(({ service }) => service.name !== WATCHDOG)
    .toSorted((one, other) => (one.service.name < other.service.name ? -1 : 1));
}

function entryOver(services: readonly DeployedService[]): GeneratedEntry {
  return {
    imports: {
      'lambda/index.ts': ['handlerWithQueries'],
      'services/watch-services.ts': [watchdogOver.name],
      'services/watchdog-queries.ts': ['watchdogQueries'],
    },
    code: `export const handler = handlerWithQueries(${watchdogOver.name}(${dataOf(services.map(described))}), watchdogQueries);`,
  };
}

function described({ service, function: lambda, groupName }: DeployedService): WatchedService {
  const { stackName: stack } = Stack.of(lambda);
  // The name of a nested stack is unknown before the deploy, so messages of the watchdog can't name the function.
  if (Token.isUnresolved(stack)) return watchedServiceOf(service);
  return watchedServiceOf(service, {
    stack,
    logicalId: Stack.of(lambda).getLogicalId(lambda.node.defaultChild as CfnFunction),
    ...withoutUndefined({ group: groupName, function: knownName(lambda) }),
  });
}

/** Returns the faults of the webhook's URL and template. Values that only the deploy knows are not checked. */
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

/**
 * Refuses props with unknown names or values of the wrong type. The check runs before the others, which would fail on
 * such props.
 */
function refuseMisshapen(path: string, props: unknown): void {
  const webhook = readProperty(props, 'webhook');
  const faults = [
    ...propsFaults(props, PROPS),
    ...(isRecord(webhook) ? propsFaults(webhook, WEBHOOK, 'webhook.') : []),
  ];
  if (faults.length > 0) throw new InvalidOptionsError(`Watchdog '${path}'`, faults);
}

function refuseFaults(services: readonly DeployedService[], props: WatchdogProps): void {
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
    // The user may not set `TICKOVER_WATCHED`, since the bundle of the watchdog contains the list of services.
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
