/**
 * The prices of AWS in US dollars by region, without volume discounts. They were taken in August 2026 from public pages
 * that quote AWS's price list, not from the list itself. The list to check them against is
 * https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/SERVICE/current/REGION/index.json. If a price changes, change
 * `PRICED.date` too.
 */

/** The AWS regions whose prices this file contains. */
export const REGIONS = ['us-east-1', 'eu-west-1', 'eu-central-1'] as const;
export type Region = (typeof REGIONS)[number];

/** A price of AWS: `dollars` for `per` units, by region. */
export interface Price {
  readonly item: string;
  readonly dollars: Readonly<Record<Region, number>>;
  readonly per: number;
  readonly unit: string;
  /** How many units an account gets free of charge each month. */
  readonly free: number;
  readonly source: string;
  /**
   * The regions for which no published table confirmed the price. For these regions `dollars` has the price of
   * us-east-1.
   * @default none
   */
  readonly assumed?: readonly Region[];
}

/** The month in which the prices were valid, and their currency. */
export const PRICED = { date: '2026-08', currency: 'USD' } as const;

/** How many GB of logs an account may write, keep and search each month free of charge, in all. */
export const FREE_LOGS = 5;

const MILLION = 1_000_000;
const EUROPE = ['eu-west-1', 'eu-central-1'] as const;
const SCHEDULER = { item: 'Scheduler', source: 'https://aws.amazon.com/eventbridge/pricing/' };
const LAMBDA = { item: 'Lambda', source: 'https://aws.amazon.com/lambda/pricing/' };
const DYNAMO = { item: 'DynamoDB', source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' };
const CLOUDWATCH = 'https://aws.amazon.com/cloudwatch/pricing/';
const ALARMS = { item: 'Alarms', source: CLOUDWATCH };
const LOGS = { item: 'Logs', source: CLOUDWATCH, per: 1, free: 0 };
const SNS = { item: 'Messages', source: 'https://aws.amazon.com/sns/pricing/' };
const FARGATE = { item: 'Fargate', source: 'https://aws.amazon.com/fargate/pricing/' };

export const PRICES = {
  schedulerInvocations: { ...SCHEDULER, ...in3(1, 1, 1.15), per: MILLION, unit: 'invocations', free: 14 * MILLION },
  lambdaRequests: { ...LAMBDA, ...same(0.2), per: MILLION, unit: 'requests', free: MILLION },
  lambdaGbSeconds: {
    ...{ ...LAMBDA, ...same(0.0000133334), per: 1, unit: 'GB-seconds, arm64', free: 400_000 },
    assumed: EUROPE,
  },
  dynamoWrites: { ...DYNAMO, ...in3(0.625, 0.705, 0.7625), per: MILLION, unit: 'write units', free: 0 },
  dynamoReads: { ...DYNAMO, ...in3(0.125, 0.1415, 0.1525), per: MILLION, unit: 'read units', free: 0 },
  dynamoStorage: { ...DYNAMO, ...in3(0.25, 0.283, 0.306), per: 1, unit: 'GB stored', free: 25 },
  dynamoBackup: { ...DYNAMO, ...in3(0.2, 0.22, 0.2448), per: 1, unit: 'GB recoverable', free: 0 },
  alarms: { ...ALARMS, ...same(0.1), per: 1, unit: 'metric alarms', free: 10 },
  compositeAlarms: { ...ALARMS, ...same(0.5), per: 1, unit: 'composite alarms', free: 0 },
  metrics: { item: 'Metrics', source: CLOUDWATCH, ...same(0.3), per: 1, unit: 'metric-months', free: 10 },
  dashboards: {
    ...{ item: 'Dashboard', source: CLOUDWATCH, ...same(3), per: 1, unit: 'dashboards', free: 3 },
    assumed: EUROPE,
  },
  logIngest: { ...LOGS, ...in3(0.5, 0.57, 0.63), unit: 'GB written' },
  logStorage: { ...LOGS, ...in3(0.03, 0.03, 0.0324), unit: 'GB kept, compressed' },
  logQueries: { ...LOGS, ...in3(0.005, 0.0057, 0.0063), unit: 'GB searched' },
  queueRequests: {
    ...{ item: 'Queue', source: 'https://aws.amazon.com/sqs/pricing/', ...same(0.4) },
    ...{ per: MILLION, unit: 'SQS requests', free: MILLION },
  },
  publishes: { ...SNS, ...same(0.5), per: MILLION, unit: 'SNS requests', free: MILLION, assumed: EUROPE },
  mails: { ...SNS, ...same(2), per: 100_000, unit: 'e-mails', free: 1_000, assumed: EUROPE },
  busEvents: {
    ...{ item: 'Messages', source: SCHEDULER.source, ...same(1) },
    ...{ per: MILLION, unit: 'EventBridge events', free: 0 },
  },
  fargateCpu: { ...FARGATE, ...in3(0.03238, 0.03238, 0.03725), per: 1, unit: 'vCPU-hours, arm64', free: 0 },
  fargateMemory: { ...FARGATE, ...in3(0.00356, 0.00356, 0.00409), per: 1, unit: 'GB-hours, arm64', free: 0 },
  publicAddress: {
    ...{ item: 'Fargate', source: 'https://aws.amazon.com/vpc/pricing/', ...same(0.005) },
    ...{ per: 1, unit: 'hours of a public IPv4 address', free: 0 },
  },
} as const satisfies Readonly<Record<string, Price>>;

export type Counted = keyof typeof PRICES;

/** The quantities of logs that share the free amount `FREE_LOGS`. */
export const POOLED: readonly Counted[] = ['logIngest', 'logStorage', 'logQueries'];

/** Returns the list price of a quantity in the region, in dollars. */
export function dollarsFor(counted: Counted, quantity: number, region: Region = 'us-east-1'): number {
  const { dollars, per } = PRICES[counted];
  return (quantity * dollars[region]) / per;
}

/**
 * Returns how much of each quantity the account's free tiers don't cover. Nothing else in the account is assumed to use
 * the free tiers.
 */
export function beyondFree(usage: Readonly<Partial<Record<Counted, number>>>): Partial<Record<Counted, number>> {
  let freeLogs = FREE_LOGS;
  const billed = (Object.keys(PRICES) as Counted[]).map((counted): [Counted, number] => {
    const quantity = usage[counted] ?? 0;
    if (!POOLED.includes(counted)) return [counted, Math.max(0, quantity - PRICES[counted].free)];
    const free = Math.min(freeLogs, quantity);
    freeLogs -= free;
    return [counted, quantity - free];
  });
  return Object.fromEntries(billed);
}

/** Returns the name as a {@link Region}. @throws RangeError if the prices of the region aren't known */
export function regionOf(name: string): Region {
  const found = REGIONS.find((region) => region === name);
  if (found !== undefined) return found;
  throw new RangeError(`region: expected one whose prices are known (${REGIONS.join(', ')}), got '${name}'`);
}

function in3(virginia: number, ireland: number, frankfurt: number): Pick<Price, 'dollars'> {
  return { dollars: { 'us-east-1': virginia, 'eu-west-1': ireland, 'eu-central-1': frankfurt } };
}

function same(dollars: number): Pick<Price, 'dollars'> {
  return in3(dollars, dollars, dollars);
}
