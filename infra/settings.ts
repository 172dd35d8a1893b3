/**
 * The settings of a stack, which are read from the context of CDK: cdk.json, or `-c name=value` on the command line.
 */

import * as z from 'zod';
import { expectedWords, InvalidOptionsError, LIMITS, limitFaults, optionFault } from '../lib/rules/index.ts';
import { shapeFaults, unknownNameFault, variableFaults } from '../lib/service/index.ts';
import { isRecord, nearest, nearMiss, showValue, withoutUndefined } from '../lib/text/index.ts';
import { parseDuration, unitHint } from '../lib/time/index.ts';
import { senderFaults } from '../lib/watchdog/index.ts';
import { type GivenDuration, isCdkDuration, ourDuration, showDuration } from './durations.ts';

/**
 * The levels of a service's alarms: `none` has no alarm, `essential` has the alarm for trouble, and `full` also has the
 * alarms on Lambda's metrics.
 */
export const ALARM_LEVELS = ['none', 'essential', 'full'] as const;
/** The level of a service's alarms. */
export type AlarmLevel = (typeof ALARM_LEVELS)[number];

/** Which log lines of a service are kept: `info` keeps all but debug lines, `debug` keeps all. */
export const LINE_LEVELS = ['info', 'debug'] as const;
/** The level of a service's log lines. */
export type LogLevel = (typeof LINE_LEVELS)[number];

/** The values of the setting `metrics`, which makes a service send metrics to CloudWatch. */
export const METRICS_LEVELS = ['detailed'] as const;
/** The level of the metrics that a service writes itself. */
export type MetricsLevel = (typeof METRICS_LEVELS)[number];

/** The settings of one service, under its name in the setting `services`. */
export interface ServiceSettings {
  /** Whether the stack deploys the service. @default true */
  readonly enabled?: boolean;
  /** The interval at which the stack runs the service. @default the interval in the service's definition */
  readonly interval?: GivenDuration;
  /** The environment variables of the service's function. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** The level of the service's alarms. @default 'none' in stage dev, else 'essential' */
  readonly alarms?: AlarmLevel;
  /**
   * Whether the service sends metrics that CloudWatch bills, such as streak, duration and lateness.
   * @default the service sends none
   */
  readonly metrics?: MetricsLevel;
  /** The memory of the function, in megabytes. @default 256 */
  readonly memorySize?: number;
  /** Which lines of the service's log are kept. @default 'info' */
  readonly logLevel?: LogLevel;
  /**
   * The name of a group of services that share one Lambda function. What one service of the group sets as
   * `environment`, `metrics`, `memorySize` or `logLevel` holds for the whole group.
   * @default the service has a function of its own
   */
  readonly group?: string;
}

/** The settings of a stack, as CDK reads them from the context (`-c name=value`). */
export interface Settings {
  /** The name of the stage (one deployed copy of everything). Each stage is a stack of its own. @default 'prod' */
  readonly stage: string;
  /** The mail address that gets the messages of the watchdog and of the stack's alarms. @default none */
  readonly alarmEmail?: string;
  /**
   * The ARN of an SNS topic for the messages of the watchdog and of the stack's alarms.
   * @default the stack makes a topic
   */
  readonly alarmTopicArn?: string;
  /** The ARN of an EventBridge bus, which gets an event for each change of a service's health. @default none */
  readonly eventBusArn?: string;
  /** The URL to which the watchdog posts its messages. @default none */
  readonly webhookUrl?: string;
  /** The template of the body that is posted to `webhookUrl`. @default JSON with all fields of a message */
  readonly webhookTemplate?: string;
  /**
   * Whether the stack's tables stay in the account when the stack is deleted.
   * @default true; false in stage 'dev'
   */
  readonly keepTables: boolean;
  /**
   * Whether DynamoDB refuses to delete the stack's tables. Without `keepTables` this must be false.
   * @default the value of `keepTables`
   */
  readonly deletionProtection: boolean;
  /**
   * The ARN of an existing state table that the stack uses, such as one that an earlier stack left.
   * @default the stack makes a table
   */
  readonly stateTableArn?: string;
  /** The ARN of an existing table of flow runs that the stack uses. @default the stack makes a table */
  readonly flowRunsTableArn?: string;
  /**
   * The ARN of the customer's KMS key that encrypts everything that the stack makes. The tables of `stateTableArn` and
   * `flowRunsTableArn` must be encrypted with the same key.
   * @default AWS's own keys
   */
  readonly encryptionKeyArn?: string;
  /**
   * Whether the stack has a CloudWatch dashboard of all its services. An account has three free dashboards; each
   * further dashboard costs $3 a month.
   * @default false
   */
  readonly dashboard?: boolean;
  readonly services: Readonly<Record<string, ServiceSettings>>;
}

const TABLE_ARN_EXPECTED = "a table's ARN, such as arn:aws:dynamodb:eu-central-1:111122223333:table/Name";
const KEY_ARN_EXPECTED = "a key's ARN, such as arn:aws:kms:eu-central-1:111122223333:key/1234abcd-...";
const TOPIC_ARN_EXPECTED = "a standard topic's ARN, such as arn:aws:sns:eu-central-1:111122223333:Name";
const BUS_ARN_EXPECTED = "a bus's ARN, such as arn:aws:events:eu-central-1:111122223333:event-bus/Name";
const known = (fields: object) => `only ${Object.keys(fields).join(', ')}`;
const flag = z.union([z.boolean(), z.literal(['true', 'false']).transform((text) => text === 'true')], 'true or false');

const serviceFields = {
  enabled: flag.optional(),
  interval: z
    .union([z.string(), z.number(), z.custom(isCdkDuration)], expectedWords(LIMITS.interval))
    .refine(
      (written) => limitFaults('interval', parseDuration(ourDuration(written)), { written }).length === 0,
      expectedWords(LIMITS.interval),
    )
    .optional(),
  environment: z.record(z.string(), z.string('text'), 'an object of texts').optional(),
  alarms: z.enum(ALARM_LEVELS, "'none', 'essential' or 'full'").optional(),
  metrics: z.enum(METRICS_LEVELS, "'detailed'").optional(),
  memorySize: z.int(expectedWords(LIMITS.memorySize)).optional(),
  logLevel: z.enum(LINE_LEVELS, "'info' or 'debug'").optional(),
  group: z
    .string(expectedWords(LIMITS.name))
    .refine((written) => limitFaults('name', written).length === 0, expectedWords(LIMITS.name))
    .optional(),
};
const service = z.strictObject(serviceFields, {
  error: ({ code }) => (code === 'unrecognized_keys' ? known(serviceFields) : 'an object of settings'),
});
/**
 * The stage for development. Its tables are deleted together with the stack, and its services have no alarms unless the
 * settings ask for them.
 */
export const DEV_STAGE = 'dev';
const TABLE_ARN = z
  .string(TABLE_ARN_EXPECTED)
  .regex(/^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]{3,255}$/, TABLE_ARN_EXPECTED);
const KEY_ARN = z
  .string(KEY_ARN_EXPECTED)
  .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, KEY_ARN_EXPECTED);
const TOPIC_ARN = z
  .string(TOPIC_ARN_EXPECTED)
  .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, TOPIC_ARN_EXPECTED);
const BUS_ARN = z
  .string(BUS_ARN_EXPECTED)
  .regex(/^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]{1,256}$/, BUS_ARN_EXPECTED);
const STAGE_EXPECTED = 'a letter, then letters and digits, at most 20 in all';
const schema = z.object({
  stage: z
    .string(STAGE_EXPECTED)
    .regex(/^[A-Za-z][A-Za-z0-9]{0,19}$/, STAGE_EXPECTED)
    .default('prod'),
  alarmEmail: z.email('an e-mail address').optional(),
  alarmTopicArn: TOPIC_ARN.optional(),
  eventBusArn: BUS_ARN.optional(),
  webhookUrl: z.string('text').optional(),
  webhookTemplate: z.string('text').optional(),
  keepTables: flag.optional(),
  deletionProtection: flag.optional(),
  stateTableArn: TABLE_ARN.optional(),
  flowRunsTableArn: TABLE_ARN.optional(),
  encryptionKeyArn: KEY_ARN.optional(),
  dashboard: flag.optional(),
  services: z.record(z.string(), service, 'an object of settings by name of the service').default({}),
});

const KEYS = Object.keys(schema.shape) as (keyof Settings)[];

/**
 * Reads the settings from the context of CDK.
 * @param contextOf returns the value of a name in the context, `undefined` if there is none
 * @param names all names in the context. A name that looks like a misspelt setting is refused; other unknown names are
 *   ignored
 * @throws InvalidOptionsError which names every faulty setting, with the expected and the given value
 */
export function readSettings(contextOf: (name: string) => unknown, names: readonly string[] = []): Settings {
  const given = Object.fromEntries(
    KEYS.map((key) => [key, key === 'services' ? fromText(contextOf(key)) : contextOf(key)]),
  );
  const parsed = schema.safeParse(given, { reportInput: true });
  const faults = [...nearMisses(contextOf, names), ...(parsed.error?.issues ?? []).map(faultOf)];
  if (!parsed.success) throw new InvalidOptionsError('context', faults);
  const { data } = parsed;
  const keepTables = data.keepTables ?? data.stage !== DEV_STAGE;
  const deletionProtection = data.deletionProtection ?? keepTables;
  if (deletionProtection && !keepTables) faults.push(PROTECTED_FAULT);
  faults.push(...webhookFaults(data));
  const settings = { ...data, keepTables, deletionProtection } as Settings;
  faults.push(...variablesOf(settings));
  if (faults.length > 0) throw new InvalidOptionsError('context', faults);
  return settings;
}

/** Returns a fault for each unknown name in the settings of the stack and of its services. */
export function settingsShapeFaults(settings: Readonly<Record<string, unknown>>): string[] {
  const any = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'any'] as const));
  const { services } = settings;
  const single = isRecord(services) ? Object.entries(services) : [];
  return [
    ...shapeFaults(settings, { ...any(KEYS), services: 'object' }, 'settings.'),
    ...single.flatMap(([name, own]) => shapeFaults(own, any(Object.keys(serviceFields)), `settings.services.${name}.`)),
  ];
}

/**
 * The fault of settings with `deletionProtection` but without `keepTables`. CloudFormation could not delete protected
 * tables together with their stack.
 */
const PROTECTED_FAULT =
  `deletionProtection: expected false for tables that go with their stack (keepTables, false in stage '${DEV_STAGE}'), ` +
  'got true';

/**
 * Returns the faults of the webhook settings. The check judges them as environment variables, so the names of the
 * variables in its messages are replaced by those of the settings.
 */
function webhookFaults({ webhookUrl, webhookTemplate }: z.infer<typeof schema>): string[] {
  return senderFaults(
    withoutUndefined({ TICKOVER_WEBHOOK_URL: webhookUrl, TICKOVER_WEBHOOK_TEMPLATE: webhookTemplate }),
  ).map((fault) =>
    fault.replaceAll('TICKOVER_WEBHOOK_URL', 'webhookUrl').replaceAll('TICKOVER_WEBHOOK_TEMPLATE', 'webhookTemplate'),
  );
}

function nearMisses(contextOf: (name: string) => unknown, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const nearest = KEYS.some((key) => key === name) ? undefined : nearMiss(name, KEYS);
    return nearest === undefined ? [] : unknownNameFault(name, showValue(contextOf(name)), nearest);
  });
}

function variablesOf({ services }: Settings): string[] {
  return Object.entries(services).flatMap(([name, { environment = {} }]) =>
    variableFaults(Object.keys(environment)).map((fault) => `services.${name}.environment.${fault}`),
  );
}

/**
 * Parses JSON text, and returns any other value unchanged. On the command line of `cdk` an object can only be given as
 * JSON.
 */
function fromText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The old names of a service's settings, each with the text to write instead. */
const RENAMED = new Map([['detailedMetrics', '"metrics": "detailed"']]);

function faultOf({ path, message, input, ...issue }: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') {
    const hint = path.at(-1) === 'interval' ? unitHint(input) : '';
    return `${path.join('.')}: expected ${message}, got ${showDuration(input)}${hint}`;
  }
  const known = Object.keys(serviceFields);
  const hints = issue.keys.map((key) => RENAMED.get(key) ?? nearest(key, known)).filter((hint) => hint !== undefined);
  const hint = hints.length === 0 ? '' : `; did you mean ${hints.join(', ')}?`;
  return `${path.join('.')}: expected ${message}, got ${issue.keys.join(', ')}${hint}`;
}

/**
 * Refuses settings of services that the catalog doesn't have.
 * @param names the services of the whole catalog, also those that this stack doesn't deploy
 * @throws InvalidOptionsError which names every unknown service
 */
export function refuseUnknownServices({ services }: Settings, names: readonly string[]): void {
  const faults = unknownNameFaults('services', Object.keys(services), names);
  if (faults.length > 0) throw new InvalidOptionsError('context', faults);
}

/** Returns a fault for each name in `given` that is not in `names`, the names of all services. */
export function unknownNameFaults(option: string, given: readonly string[], names: readonly string[]): string[] {
  return given.flatMap((name) =>
    optionFault(names.includes(name), option, `only ${names.join(', ')}`, showValue(name)),
  );
}
