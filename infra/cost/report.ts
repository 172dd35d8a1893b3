/** The report of `npm run cost`: a bill as sentences and tables, mostly of at most 80 columns. Pure. */
import { ASSUMPTIONS, type Assumed, type Assumption, type AssumptionName } from './assumptions.ts';
import type { BreakEven } from './break-even.ts';
import type { CostLine, CostParts, Estimate } from './estimate.ts';
import { MEASURED } from './measured.ts';
import { PRICED, PRICES, type Price, type Region } from './prices.ts';
import type { Scale } from './scale.ts';

export interface Reported {
  readonly bill: Estimate;
  readonly compared: BreakEven;
  readonly scales: readonly Scale[];
  readonly assumed: Assumed;
}

const WIDTH = 80;
const PRORATED =
  'CloudWatch prorates a metric of our own by the hour, and meters it only while it is sent ("All custom metrics are ' +
  "prorated by the hour. They're metered only when they're sent to CloudWatch.\"). So a service pays for its metric " +
  'Unhealthy only in the hours in which it is unhealthy. AWS says so at';
const PRORATED_SOURCE = 'docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html';

/** Returns the line about the monthly cost that synth prints. */
export function costLine({ total, engine, services, watchdog, region }: Estimate): string {
  const count = services.length + (watchdog.total > 0 ? 1 : 0);
  const words = count === 1 ? '1 service' : `${count} services`;
  return `About ${dollars(total)} a month for ${words} at list prices of ${region}, of which the engine is ${dollars(engine)}; \`npm run cost\` itemises it.`;
}

export function costReport({ bill, compared, scales, assumed }: Reported): string[] {
  return [
    `A month of 730 hours in ${bill.region}, ${PRICED.currency}, prices of ${PRICED.date}:`,
    '',
    ...itemLines(bill),
    '',
    ...serviceLines(bill),
    ...scaleLines(scales),
    '',
    ...breakEvenLines(compared).flatMap(wrapped),
    '',
    ...measuredLines(),
    '',
    'Assumed (each is an option, such as --work-seconds 2; * is measured):',
    ...assumptionLines(assumed),
    '',
    ...wrapped(PRORATED),
    PRORATED_SOURCE,
    '',
    ...wrapped(`Prices are those of AWS's price list, as it was quoted in ${PRICED.date}; these pages show them:`),
    ...new Set(Object.values(PRICES).map(({ source }) => `  ${source}`)),
    ...assumedPrices(bill.region),
  ];
}

function itemLines({ lines, total, totalBeyondFree }: Estimate): string[] {
  const rows = lines.map((line) => [line.item, quantityOf(line), dollars(line.dollars), dollars(line.beyondFree)]);
  const titles = ['item', 'quantity', 'list price', 'beyond free tiers'];
  return columns([titles, ...rows, ['total', '', dollars(total), dollars(totalBeyondFree)]]);
}

function serviceLines({ services, watchdog, shared, sharedResources }: Estimate): string[] {
  const row = (name: string, parts: CostParts, resources: number | undefined) => [
    ...[name, dollars(parts.engine), dollars(parts.logs), dollars(parts.alarms), dollars(parts.other)],
    ...[dollars(parts.total), resources === undefined ? '' : String(resources)],
  ];
  const together = { name: 'shared in all', parts: addedParts(watchdog, shared) };
  return columns([
    ['at list prices', 'engine', 'logs', 'alarms', 'other', 'in all', 'resources'],
    ...services.map((service) => row(service.name, service, service.resources)),
    row('shared: watchdog', watchdog, undefined),
    row('shared: the rest', shared, undefined),
    row(together.name, together.parts, sharedResources),
  ]);
}

function addedParts(one: CostParts, other: CostParts): CostParts {
  return {
    engine: one.engine + other.engine,
    logs: one.logs + other.logs,
    alarms: one.alarms + other.alarms,
    other: one.other + other.other,
    total: one.total + other.total,
  };
}

function scaleLines(scales: readonly Scale[]): string[] {
  if (scales.length === 0) return [];
  const rows = scales.map((scale) => [
    ...[whole(scale.services), scale.groupOf === 1 ? 'own' : `${scale.groupOf} each`],
    ...[whole(scale.stacks), whole(scale.resources), dollars(scale.aService)],
    ...[dollars(scale.aServiceWithoutAlarms), dollars(scale.total)],
  ]);
  return [
    '',
    'Services like the first, each run a minute; each stack has all that is shared:',
    ...columns([['services', 'function', 'stacks', 'resources', 'a service', 'no alarms', 'in all'], ...rows]),
  ];
}

function breakEvenLines({ task, address, ...compared }: BreakEven): string[] {
  const fargate = task + address;
  const without = (here: number) => ` Without the address: ${cheaper(here, task)}`;
  return [
    `One always-on Fargate task (0.25 vCPU, 0.5 GB, arm64) that ran them all: ${dollars(task)}, and ${dollars(address)} for its public address: ${dollars(fargate)}.`,
    'It would lose its state with every restart and have no alarms; alarms, metrics and logs cost the same there as here.',
    `Engine against task: ${dollars(compared.engine)} here. ${cheaper(compared.engine, fargate)}${without(compared.engine)}`,
    `All that is deployed against the bare task: ${dollars(compared.total)} here. ${cheaper(compared.total, fargate)}${without(compared.total)}`,
    ...pointLines(compared, fargate),
  ];
}

function pointLines(compared: Omit<BreakEven, 'task' | 'address'>, fargate: number): string[] {
  const { servicesByEngine, servicesInAll, engineEveryTenSeconds, workSeconds } = compared;
  if (servicesByEngine === Infinity) return [];
  return [
    `Of services like the first, every minute: up to ${servicesByEngine} engines cost less than task and address; with all that is deployed up to ${servicesInAll}.`,
    workSeconds === undefined
      ? 'The task is cheaper than the engine however short a workload is.'
      : `If every workload of the catalog took ${workSeconds.toFixed(1)} s, engine and task would cost the same; beyond that the task is cheaper.`,
    `A service every 10 s keeps its function waiting for its slots and is billed for the wait: ${dollars(engineEveryTenSeconds)} of engine. ${cheaper(engineEveryTenSeconds, fargate)}`,
  ];
}

function measuredLines(): string[] {
  const { machine, measured, invocations, tick, check } = MEASURED;
  return [
    ...wrapped(
      `Measured by \`npm run bench -- tick --record\` on ${measured}, ${invocations} invocations on ${machine}. A function of less than 1,769 MB has as much less of a processor.`,
    ),
    ...columns([
      ['', 'processor', 'whole', 'first', 'log', 'lines', 'memory'],
      ['a healthy tick', ...figures(tick)],
      ['a check of the watchdog', ...figures(check)],
    ]),
  ];
}

function figures(taken: typeof MEASURED.tick): string[] {
  const { processorMs, medianMs, coldMs, logBytes, logLines, megabytes } = taken;
  return [`${processorMs} ms`, `${medianMs} ms`, `${coldMs} ms`, `${logBytes} B`, `${logLines}`, `${megabytes} MB`];
}

function assumedPrices(region: Region): string[] {
  const guessed = Object.values(PRICES).filter(({ assumed }: Price) => assumed?.includes(region));
  return guessed.map(({ dollars: by, per, unit }) => {
    const price = `$${by[region]} for ${per === 1 ? '' : `${whole(per)} `}${unit}`;
    return `Assumed to be as in us-east-1: ${price}.`;
  });
}

function cheaper(here: number, fargate: number): string {
  return here < fargate
    ? `Here it is ${dollars(fargate - here)} cheaper.`
    : `Fargate is ${dollars(here - fargate)} cheaper.`;
}

function assumptionLines(assumed: Assumed): string[] {
  const names = Object.keys(ASSUMPTIONS) as AssumptionName[];
  return columns(
    names.map((name) => {
      const { unit, meaning, standard, measured }: Assumption = ASSUMPTIONS[name];
      const isMeasured = measured === true && assumed[name] === standard;
      return [`${optionOf(name)}${isMeasured ? ' *' : ''}`, `${assumed[name]} ${unit}`, meaning];
    }),
  );
}

/** Returns the command-line option that sets the assumption: `--work-seconds` for `workSeconds`. */
export function optionOf(name: AssumptionName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function quantityOf({ quantity, unit }: CostLine): string {
  const digits = quantity >= 100 ? 0 : quantity >= 1 ? 2 : 5;
  return `${quantity.toLocaleString('en-US', { maximumFractionDigits: digits })} ${unit}`;
}

function whole(count: number): string {
  return count.toLocaleString('en-US');
}

function dollars(amount: number): string {
  if (amount > 0 && amount < 0.00005) return '< $0.0001';
  return `$${amount.toFixed(amount > 0 && amount < 0.01 ? 4 : 2)}`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  return rows.map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd());
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= WIDTH) line = longer;
    else {
      lines.push(line);
      line = `  ${word}`;
    }
  }
  return [...lines, line];
}
