/** The stack's settings, from CDK's context: cdk.json, or `-c name=value` on the command line. */

import * as z from 'zod';
import { expectedWords, InvalidOptionsError, LIMITS, limitFaults } from '../lib/rules/index.ts';
import { showValue } from '../lib/text/index.ts';
import { type Duration, parseDuration, unitHint } from '../lib/time/index.ts';

/** Which alarms a service gets. */
export const ALARM_LEVELS = ['none', 'essential', 'full'] as const;
export type AlarmLevel = (typeof ALARM_LEVELS)[number];

/** Settings of one service, under its name in `services`. */
export interface ServiceSettings {
  /** Whether it is deployed at all. @default true */
  readonly enabled?: boolean;
  /** Another interval than the service's own. @default the service's */
  readonly interval?: Duration;
  /** Environment variables of its own. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default that of the stage: 'none' in dev, else 'essential' */
  readonly alarms?: AlarmLevel;
  /** Whether duration, lateness and skips are metrics too. @default false */
  readonly detailedMetrics?: boolean;
  /** Megabytes. @default 256 */
  readonly memorySize?: number;
}

/** Settings of a stack. */
export interface Settings {
  /** Distinguishes the stacks of an account. @default 'prod' */
  readonly stage: string;
  /** The address that gets a mail for each alarm. @default none: people subscribe to the topic themselves */
  readonly alarmEmail?: string;
  /** Whether the tables refuse to be deleted. @default true */
  readonly deletionProtection: boolean;
  /** By name of the service. */
  readonly services: Readonly<Record<string, ServiceSettings>>;
}

const known = (fields: object) => `only ${Object.keys(fields).join(', ')}`;
const flag = z.union([z.boolean(), z.literal(['true', 'false']).transform((text) => text === 'true')], 'true or false');

const serviceFields = {
  enabled: flag.optional(),
  interval: z
    .union([z.string(), z.number()], expectedWords(LIMITS.interval))
    .refine(
      (written) => limitFaults('interval', parseDuration(written), { written }).length === 0,
      expectedWords(LIMITS.interval),
    )
    .optional(),
  environment: z.record(z.string(), z.string('text'), 'an object of texts').optional(),
  alarms: z.enum(ALARM_LEVELS, "'none', 'essential' or 'full'").optional(),
  detailedMetrics: flag.optional(),
  memorySize: z.int(expectedWords(LIMITS.memorySize)).optional(),
};
const service = z.strictObject(serviceFields, {
  error: ({ code }) => (code === 'unrecognized_keys' ? known(serviceFields) : 'an object of settings'),
});
const STAGE_EXPECTED = 'a letter, then letters and digits, at most 20 in all';
const schema = z.object({
  stage: z
    .string(STAGE_EXPECTED)
    .regex(/^[A-Za-z][A-Za-z0-9]{0,19}$/, STAGE_EXPECTED)
    .default('prod'),
  alarmEmail: z.email('an e-mail address').optional(),
  deletionProtection: flag.default(true),
  services: z.record(z.string(), service, 'an object of settings by name of the service').default({}),
});

/** The names of the settings in CDK's context. */
const KEYS = Object.keys(schema.shape) as (keyof Settings)[];

/**
 * Reads the settings.
 * @param contextOf gives the context's value of a name, `undefined` if there is none
 * @throws InvalidOptionsError naming every setting at fault, what was expected and what came
 */
export function readSettings(contextOf: (name: string) => unknown): Settings {
  const given = Object.fromEntries(
    KEYS.map((key) => [key, key === 'services' ? fromText(contextOf(key)) : contextOf(key)]),
  );
  const parsed = schema.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data as Settings;
  throw new InvalidOptionsError('context', parsed.error.issues.map(faultOf));
}

/** On the command line an object can only be written as JSON. */
function fromText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function faultOf({ path, message, input, ...issue }: z.core.$ZodIssue): string {
  const came = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : showValue(input);
  const hint = path.at(-1) === 'interval' ? unitHint(input) : '';
  return `${path.join('.')}: expected ${message}, got ${came}${hint}`;
}

/**
 * Refuses settings of services that the catalog does not have. The whole catalog counts: stacks that it is split over
 * take the same settings.
 * @throws InvalidOptionsError naming every one of them
 */
export function refuseUnknownServices({ services }: Settings, names: readonly string[]): void {
  const unknown = Object.keys(services).filter((name) => !names.includes(name));
  const faults = unknown.map((name) => `services: expected only ${names.join(', ')}, got ${showValue(name)}`);
  if (faults.length > 0) throw new InvalidOptionsError('context', faults);
}
