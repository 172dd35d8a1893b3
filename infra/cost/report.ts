/** A bill in words and columns. Pure. */
import { ASSUMPTIONS, type Assumed, type AssumptionName } from './assumptions.ts';
import type { BreakEven } from './break-even.ts';
import type { CostLine, Estimate } from './estimate.ts';
import { PRICED, PRICES, type Price } from './prices.ts';

/** The line about costs that synth prints. */
export function costLine({ total, engine, services }: Estimate): string {
  const count = services.length === 1 ? '1 service' : `${services.length} services`;
  return `About ${dollars(total)} a month for ${count} in ${PRICED.region}, of which the engine is ${dollars(engine)}; \`npm run cost\` itemises it.`;
}

/** The whole report, line by line. */
export function costReport(bill: Estimate, compared: BreakEven, assumed: Assumed): string[] {
  return [
    `A month of 730 hours in ${PRICED.region}, ${PRICED.currency}, prices of ${PRICED.date}:`,
    '',
    ...itemLines(bill),
    '',
    ...serviceLines(bill),
    '',
    ...breakEvenLines(compared),
    '',
    'Assumed (each is an option, such as --run-seconds 2):',
    ...assumptionLines(assumed),
    '',
    'Prices from:',
    ...new Set(Object.values(PRICES).map(({ source }) => `  ${source}`)),
    ...assumedPrices().map(({ dollars: price, unit }) => `Assumed, not looked up: $${price} for ${unit}.`),
  ];
}

function itemLines({ lines, total }: Estimate): string[] {
  const rows = lines.map((line): [string, string, string] => [line.item, quantityOf(line), dollars(line.dollars)]);
  return columns([...rows, ['total', '', dollars(total)]]);
}

function serviceLines({ services }: Estimate): string[] {
  const rows = services.map(({ name, engine, monitoring }): [string, string, string, string] => [
    name,
    dollars(engine),
    dollars(monitoring),
    dollars(engine + monitoring),
  ]);
  return columns([['service', 'engine', 'alarms, metrics, logs', 'together'], ...rows]);
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

/** The lines about the points from which Tickover or the task is cheaper; empty without a service to compare. */
function pointLines(compared: Omit<BreakEven, 'task' | 'address'>, fargate: number): string[] {
  const { servicesByEngine, servicesInAll, engineEveryTenSeconds, runSeconds } = compared;
  if (servicesByEngine === Infinity) return [];
  return [
    `Of services like the first, every minute: up to ${servicesByEngine} engines cost less than task and address; with alarms, metrics, logs and dashboard up to ${servicesInAll}.`,
    runSeconds === undefined
      ? 'The task is cheaper than the engine however short a run is.'
      : `If every run of the catalog lasted ${runSeconds.toFixed(1)} s, engine and task would cost the same; beyond that the task is cheaper.`,
    `A service every 10 s keeps its function waiting for its slots and is billed for the wait: ${dollars(engineEveryTenSeconds)} of engine. ${cheaper(engineEveryTenSeconds, fargate)}`,
  ];
}

function assumedPrices(): Price[] {
  return Object.values(PRICES).filter((price: Price) => price.assumed === true);
}

function cheaper(here: number, fargate: number): string {
  return here < fargate
    ? `Here it is ${dollars(fargate - here)} cheaper.`
    : `Fargate is ${dollars(here - fargate)} cheaper.`;
}

function assumptionLines(assumed: Assumed): string[] {
  const names = Object.keys(ASSUMPTIONS) as AssumptionName[];
  return columns(
    names.map((name) => [optionOf(name), `${assumed[name]} ${ASSUMPTIONS[name].unit}`, ASSUMPTIONS[name].meaning]),
  );
}

/** The command-line option that sets an assumption: `--run-seconds` for `runSeconds`. */
export function optionOf(name: AssumptionName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function quantityOf({ quantity, unit }: CostLine): string {
  const digits = quantity >= 100 ? 0 : quantity >= 1 ? 2 : 5;
  return `${quantity.toLocaleString('en-US', { maximumFractionDigits: digits })} ${unit}`;
}

/** Dollars with two digits, or with four if the amount is below a cent, as is common for an engine. */
function dollars(amount: number): string {
  if (amount > 0 && amount < 0.00005) return 'below $0.0001';
  return `$${amount.toFixed(amount > 0 && amount < 0.01 ? 4 : 2)}`;
}

/** Rows whose cells are aligned in columns, with two spaces between. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  return rows.map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd());
}
