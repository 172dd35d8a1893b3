/**
 * The prices of AWS, as data: US dollars in us-east-1 (other regions cost up to a third more), without volume
 * discounts, which begin far above the usage of small services. Prices are only in this file; if one changes, change
 * `PRICED.date` too.
 */

/** A price: dollars for a number of units. */
export interface Price {
  /** The item of a bill to which the price belongs. */
  readonly item: string;
  readonly dollars: number;
  readonly per: number;
  readonly unit: string;
  /** How much of the unit is free each month, if nothing else in the account uses it. */
  readonly free: number;
  /** The page that publishes the price. */
  readonly source: string;
  /** Whether no published table confirmed the price, so that it is from memory. @default false */
  readonly assumed?: boolean;
}

/** When and where the prices were valid. */
export const PRICED = { region: 'us-east-1', date: '2026-03', currency: 'USD' } as const;

const MILLION = 1_000_000;
const SCHEDULER = { item: 'Scheduler', source: 'https://aws.amazon.com/eventbridge/pricing/' };
const LAMBDA = { item: 'Lambda', source: 'https://aws.amazon.com/lambda/pricing/' };
const DYNAMO = { item: 'DynamoDB', source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' };
const CLOUDWATCH = 'https://aws.amazon.com/cloudwatch/pricing/';
const FARGATE = { item: 'Fargate', source: 'https://aws.amazon.com/fargate/pricing/' };

/** The prices, by the quantity that is counted. */
export const PRICES = {
  schedulerInvocations: { ...SCHEDULER, dollars: 1, per: MILLION, unit: 'invocations', free: 14 * MILLION },
  lambdaRequests: { ...LAMBDA, dollars: 0.2, per: MILLION, unit: 'requests', free: MILLION },
  lambdaGbSeconds: { ...LAMBDA, dollars: 0.0000133334, per: 1, unit: 'GB-seconds, arm64', free: 400_000 },
  dynamoWrites: { ...DYNAMO, dollars: 0.625, per: MILLION, unit: 'write units', free: 0 },
  dynamoReads: { ...DYNAMO, dollars: 0.125, per: MILLION, unit: 'read units', free: 0 },
  dynamoStorage: { ...DYNAMO, dollars: 0.25, per: 1, unit: 'GB stored', free: 25 },
  dynamoBackup: { ...DYNAMO, dollars: 0.2, per: 1, unit: 'GB with point-in-time recovery', free: 0, assumed: true },
  alarms: { item: 'Alarms', source: CLOUDWATCH, dollars: 0.1, per: 1, unit: 'metric alarms', free: 10 },
  compositeAlarms: { item: 'Alarms', source: CLOUDWATCH, dollars: 0.5, per: 1, unit: 'composite alarms', free: 0 },
  metrics: { item: 'Metrics', source: CLOUDWATCH, dollars: 0.3, per: 1, unit: 'metrics of our own', free: 10 },
  dashboards: { item: 'Dashboard', source: CLOUDWATCH, dollars: 3, per: 1, unit: 'dashboards', free: 3 },
  logIngest: { item: 'Logs', source: CLOUDWATCH, dollars: 0.5, per: 1, unit: 'GB written', free: 5 },
  logStorage: { item: 'Logs', source: CLOUDWATCH, dollars: 0.03, per: 1, unit: 'GB kept, compressed', free: 0 },
  logQueries: { item: 'Logs', source: CLOUDWATCH, dollars: 0.005, per: 1, unit: 'GB searched', free: 0 },
  queueRequests: {
    item: 'SQS',
    source: 'https://aws.amazon.com/sqs/pricing/',
    dollars: 0.4,
    per: MILLION,
    unit: 'requests',
    free: MILLION,
  },
  mails: {
    item: 'SNS',
    source: 'https://aws.amazon.com/sns/pricing/',
    dollars: 2,
    per: 100_000,
    unit: 'e-mails',
    free: 1_000,
  },
  fargateCpu: { ...FARGATE, dollars: 0.03238, per: 1, unit: 'vCPU-hours, arm64', free: 0 },
  fargateMemory: { ...FARGATE, dollars: 0.00356, per: 1, unit: 'GB-hours, arm64', free: 0 },
  publicAddress: {
    item: 'Fargate',
    source: 'https://aws.amazon.com/vpc/pricing/',
    dollars: 0.005,
    per: 1,
    unit: 'hours of a public IPv4 address',
    free: 0,
  },
} as const satisfies Readonly<Record<string, Price>>;

/** The name of a quantity that has a price. */
export type Counted = keyof typeof PRICES;

/** Dollars for a quantity. */
export function dollarsFor(counted: Counted, quantity: number): number {
  const { dollars, per } = PRICES[counted];
  return (quantity * dollars) / per;
}

/** How much of the quantity is billed, if nothing else in the account uses the free tier. */
export function beyondFree(counted: Counted, quantity: number): number {
  return Math.max(0, quantity - PRICES[counted].free);
}
