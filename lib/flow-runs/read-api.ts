/**
 * Reads flow runs as a Prefect server returns them: as a JSON array, as one object, as an object whose field `results`
 * is the array, or as JSON lines.
 */
import * as z from 'zod';
import { showValue, tryRead, withoutUndefined } from '../text/index.ts';
import { parseInstant, parseInstantUp } from '../time/index.ts';
import { type FlowRun, STATE_TYPES, type StateType } from './flow-run.ts';

/** The flow runs in a text, and what is wrong with its invalid elements. */
export interface ReadRuns {
  readonly runs: readonly FlowRun[];
  /**
   * The faults, such as `line 3: state_type: expected ..., got ...` for JSON lines or `element 3: ...` for an array.
   * Numbers start at 1. A text that begins with `[` but is not JSON has one fault without a number.
   */
  readonly faults: readonly string[];
}

interface Numbered {
  readonly label: string;
  readonly element: unknown;
}

/**
 * The most bytes of `source` plus `state.message` of a flow run. A DynamoDB item has at most 400 KB, and the other
 * attributes need some.
 */
const SOURCE_BYTES = 350_000;
const SHOWN_CHARACTERS = 80;

const text = (most: number) => {
  const expected = `text of 1 to ${most} characters`;
  // Refuses half a surrogate pair (broken UTF-16). DynamoDB would store another character, and two ids could become
  // equal.
  return z
    .string(expected)
    .min(1, expected)
    .max(most, expected)
    .regex(/^\P{Cs}*$/u, `well-formed ${expected}`);
};
const instantRead = (parse: (written: unknown) => number | undefined) =>
  z
    .custom<string>((value) => parse(value) !== undefined, 'an ISO 8601 time with a zone')
    .transform((value) => parse(value) ?? 0);
const instant = instantRead(parseInstant);
/** Reads a start time and rounds it up to milliseconds. Rounded down, the flow run would be late too early. */
const start = instantRead(parseInstantUp);
const stateType = z.enum(STATE_TYPES, `one of ${STATE_TYPES.join(', ')}`);

const ApiState = z.object({
  id: text(200).nullish(),
  type: stateType.nullish(),
  name: text(400).nullish(),
  timestamp: instant.nullish(),
  message: z.string('text').nullish(),
});

const ApiRun = z.object(
  {
    id: text(200),
    name: text(400),
    deployment_id: text(200).nullish(),
    state_id: text(200).nullish(),
    state_type: stateType.nullish(),
    state_name: text(400).nullish(),
    state: z.object(ApiState.shape, 'an object').nullish(),
    next_scheduled_start_time: start.nullish(),
    expected_start_time: start.nullish(),
  },
  'a flow run, which is an object',
);

type ApiRun = z.output<typeof ApiRun>;

/**
 * Reads the flow runs in a text of Prefect's API. An invalid element is reported in `faults` and doesn't stop the
 * reading. Never throws.
 * @param now the timestamp for each state that has none in the text, in epoch milliseconds
 */
export function readFlowRuns(written: string, now: number): ReadRuns {
  const trimmed = written.replace(/^\uFEFF/, '');
  const runs: FlowRun[] = [];
  const faults: string[] = [];
  for (const { label, element } of elementsOf(trimmed, faults)) {
    const read = readOne(element, now);
    if (typeof read === 'string') faults.push(`${label}: ${read}`);
    else runs.push(read);
  }
  return { runs, faults };
}

function elementsOf(written: string, faults: string[]): Numbered[] {
  const whole = parseJson(written);
  if ('value' in whole) return elementsOfDocument(whole.value);
  if (!written.trimStart().startsWith('[')) return elementsOfLines(written, faults);
  faults.push(`expected a JSON array, got text that is not JSON (${whole.why})`);
  return [];
}

function elementsOfDocument(document: unknown): Numbered[] {
  const { results } = (document ?? {}) as { results?: unknown };
  const list = Array.isArray(document) ? document : Array.isArray(results) ? results : [document];
  return list.map((element: unknown, index) => ({ label: `element ${index + 1}`, element }));
}

function elementsOfLines(written: string, faults: string[]): Numbered[] {
  return written.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = parseJson(line);
    if ('value' in parsed) return [{ label: `line ${index + 1}`, element: parsed.value }];
    faults.push(`line ${index + 1}: expected a flow run as JSON, got ${brief(line)} (${parsed.why})`);
    return [];
  });
}

function parseJson(written: string): { value: unknown } | { why: string } {
  try {
    return { value: JSON.parse(written) };
  } catch (error) {
    return { why: error instanceof Error ? shortened(error.message) : 'unreadable' };
  }
}

function readOne(element: unknown, now: number): FlowRun | string {
  const parsed = ApiRun.safeParse(element);
  if (!parsed.success) return parsed.error.issues.map((issue) => faultOf(issue, element)).join('; ');
  // JSON.parse accepts deeper nesting than JSON.stringify, which throws.
  const source = tryRead(() => JSON.stringify(element));
  if (source === undefined) return 'expected a flow run that can be written as JSON, got one nested too deep';
  const bytes = Buffer.byteLength(source) + Buffer.byteLength(parsed.data.state?.message ?? '');
  if (bytes > SOURCE_BYTES) {
    return `expected at most ${SOURCE_BYTES} bytes, the state's message counted twice, got ${bytes}`;
  }
  const type = parsed.data.state_type ?? parsed.data.state?.type;
  if (!type) return `state_type: expected one of ${STATE_TYPES.join(', ')}, got none`;
  const inner = parsed.data.state?.type ?? type;
  if (inner !== type) return `state.type: expected ${type} as in state_type, got ${showValue(inner)}`;
  return flowRunOf(parsed.data, { type, source, now });
}

function flowRunOf(api: ApiRun, known: { type: StateType; source: string; now: number }): FlowRun {
  const { state } = api;
  const name = api.state_name ?? state?.name ?? nameOf(known.type);
  return withoutUndefined({
    id: api.id,
    name: api.name,
    deploymentId: api.deployment_id ?? undefined,
    state: withoutUndefined({
      id: state?.id ?? api.state_id ?? `${api.id}/${known.type}/${name}`,
      type: known.type,
      name,
      timestamp: state?.timestamp ?? known.now,
      message: state?.message ?? undefined,
    }),
    nextScheduledStartTime: api.next_scheduled_start_time ?? undefined,
    expectedStartTime: api.expected_start_time ?? undefined,
    source: known.source,
  });
}

function nameOf(type: StateType): string {
  return type.slice(0, 1) + type.slice(1).toLowerCase();
}

function faultOf(issue: z.core.$ZodIssue, element: unknown): string {
  const got = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], element);
  const field = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return `${field}expected ${issue.message}, got ${got === undefined ? 'none' : brief(got)}`;
}

function brief(value: unknown): string {
  return shortened(showValue(value));
}

/** Cuts the text to one line of 80 characters and removes control characters, which could control the terminal. */
function shortened(whole: string): string {
  const line = whole.replace(/\p{C}/gu, ' ');
  return line.length <= SHOWN_CHARACTERS ? line : `${line.slice(0, SHOWN_CHARACTERS)}...`;
}
