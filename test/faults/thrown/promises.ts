/**
 * What must hold of everything that leaves the process, whatever a service met. Sizes are counted here, not by the code
 * under test.
 */
import { inspect } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { StoredItem } from './vault.ts';
import type { Exits, Way } from './way.ts';

/** A write unit of DynamoDB. */
const HOT_ITEM = 1_024;
const RECORD = 16_384;
/** What CloudWatch took as one event for most of its life. */
const LOG_EVENT = 262_144;
/** What Lambda sends back at most. */
const ANSWER = 6_291_556;
const COLUMNS = 100;

/** What a terminal would obey instead of showing it: control characters, and what turns the direction of writing. */
const OBEYED = /[\p{Control}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** Half a character. */
const HALF = /\p{Surrogate}/u;
const FAILED = ['failed', 'fatal', 'timed-out'];
const OUTCOMES = ['succeeded', ...FAILED];

/** Each promise that is broken, in a line. */
export function brokenPromises(exits: Exits, way: Way): string[] {
  return [...answered(exits, way), ...writtenDown(exits), ...logged(exits), ...shownWell(exits)];
}

/** Every tick was told with an outcome, in JSON that Lambda can send. */
function answered({ answers, raised }: Exits, { halts = false }: Way): string[] {
  const broken: string[] = [];
  const halting = raised.map((error) => (error instanceof Error ? error.name : typeof error));
  const expected = halts ? ['ServiceHaltedError'] : [];
  if (halting.some((name) => !expected.includes(name))) broken.push(`the handler threw ${halting.join(', ')}`);
  if (answers.length + raised.length !== 4)
    broken.push(`${answers.length} answers and ${raised.length} errors to 4 events`);
  for (const answer of answers) {
    const { action, disposition, outcome } = answer as Readonly<Record<string, unknown>>;
    const hasOutcome = action === 'status' || disposition === 'skipped' || OUTCOMES.includes(String(outcome));
    if (!hasOutcome) broken.push(`a run was reported without an outcome: ${String(outcome)}`);
    if (Buffer.byteLength(JSON.stringify(answer)) > ANSWER) broken.push('an answer is larger than Lambda sends');
  }
  return broken;
}

/**
 * The state fits into a write unit, each run that did not succeed has its record, and both hold text that can be read.
 */
function writtenDown({ state, records, answers, raised }: Exits): string[] {
  const broken: string[] = [];
  const size = sizeOf(state);
  if (size > HOT_ITEM) broken.push(`the hot item takes ${size} bytes`);
  if (state['leaseOwner'] !== undefined) broken.push('the lease was not given back');
  const failed = answers.filter((answer) => FAILED.includes(String((answer as { outcome?: unknown }).outcome)));
  if (records.length < failed.length + raised.length) broken.push(`only ${records.length} runs were written down`);
  for (const record of [state, ...records]) {
    const bytes = sizeOf(record);
    if (bytes > RECORD) broken.push(`a record takes ${bytes} bytes`);
    if (HALF.test(JSON.stringify(record))) broken.push('half a character was stored');
  }
  for (const { outcome, failure } of records) {
    const text = failure?.M?.['text']?.S ?? '';
    if (outcome?.S !== 'succeeded' && text === '') broken.push('a failure was written down without a word');
  }
  return broken;
}

/** The size of an item as DynamoDB's documentation counts it. */
export function sizeOf(item: StoredItem): number {
  return Object.entries(item).reduce((size, [name, value]) => size + Buffer.byteLength(name) + sizeOfValue(value), 0);
}

function sizeOfValue({ S, N, M, BOOL, ...others }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return Math.ceil(N.replace(/[-.]/g, '').length / 2) + 2;
  if (M !== undefined) return 3 + Object.keys(M).length + sizeOf(M);
  if (BOOL !== undefined) return 1;
  throw new Error(`expected text, a number, a flag or a map, got ${JSON.stringify(others)}`);
}

/** Every line is one object of JSON and one event of the log. */
function logged({ lines, service }: Exits): string[] {
  const broken: string[] = [];
  let ticks = 0;
  for (const line of lines) {
    if (Buffer.byteLength(line) > LOG_EVENT) broken.push(`a line of ${Buffer.byteLength(line)} bytes`);
    const printed = parsed(line);
    if (printed === undefined) broken.push(`a line that is no JSON: ${line.slice(0, 80)}`);
    else if (printed['message'] === 'tick' && printed['service'] === service) ticks += 1;
    if (printed !== undefined && !('_aws' in printed) && typeof printed['level'] !== 'string')
      broken.push('a line without a level');
  }
  if (ticks !== 3) broken.push(`${ticks} ticks were logged`);
  return broken;
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What a terminal is shown obeys its width and holds nothing that it would obey. */
function shownWell({ shown }: Exits): string[] {
  const broken: string[] = [];
  if (shown.length < 3) broken.push(`${shown.length} lines were shown`);
  for (const line of shown) {
    if ([...new Intl.Segmenter().segment(line)].length > COLUMNS) broken.push('a line is too wide for the terminal');
    if (OBEYED.test(line)) broken.push(`a line that a terminal would obey: ${JSON.stringify(line).slice(0, 80)}`);
    if (HALF.test(line)) broken.push('half a character is shown');
  }
  return broken;
}

/** Everything that left, as text, to look for what must not. */
export function everythingIn({ answers, raised, lines, state, records, shown }: Exits): string {
  const errors = raised.map((error) => asLambdaReports(error));
  return [...answers, ...errors, state, ...records]
    .map((value) => JSON.stringify(value))
    .concat(lines, shown)
    .join('\n');
}

/** What Lambda's runtime sends and prints of a thrown error: name, message, stack, fields, and all that Node shows. */
function asLambdaReports(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  return [error.name, error.message, error.stack, { ...error }, inspect(error, { depth: 8 })];
}
