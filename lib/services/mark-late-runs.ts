import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  dynamoFlowRunStore,
  FLOW_RUNS_TABLE,
  type FlowRunStore,
  type LateCounts,
  MARK_LATE_SHAPES,
  type MarkLateOptions,
  markLateRunsWith,
} from '../flow-runs/index.ts';
import { InvalidOptionsError } from '../rules/index.ts';
import { defineService, refuseOptions, type Service, type Surroundings } from '../service/index.ts';
import { databaseSettings } from '../store/index.ts';
import { showValue } from '../text/index.ts';

interface Prepared {
  readonly store: FlowRunStore;
  readonly options: MarkLateOptions;
}

/** The settings that the service mark-late-runs reads from environment variables. */
export interface MarkLateSettings {
  readonly table: string;
  readonly lateAfterSeconds: number;
  readonly pageSize: number;
}

const NAME = 'mark-late-runs';
const DEFAULTS: MarkLateSettings = { table: FLOW_RUNS_TABLE, lateAfterSeconds: 15, pageSize: 400 };
const LARGEST_PAGE = 1_000;

/**
 * The service mark-late-runs, which gives flow runs that did not start in time the state `Late`.
 *
 * Environment, with the defaults in brackets: `TICKOVER_FLOW_RUNS_TABLE` (tickover-flow-runs),
 * `TICKOVER_LATE_AFTER_SECONDS` (15), `TICKOVER_PAGE_SIZE` (400).
 */
export const markLateRuns: Service<LateCounts> = defineMarkLateRuns();

/**
 * Returns the service mark-late-runs with options that override the environment. The option `mark` is a function that
 * replaces the marking of one flow run.
 */
export function defineMarkLateRuns(overrides: Partial<MarkLateOptions> = {}): Service<LateCounts> {
  refuseOptions(NAME, overrides, MARK_LATE_SHAPES);
  return defineService<Prepared, LateCounts>({
    name: NAME,
    kind: 'loop',
    interval: '60s',
    local: { interval: '5s' },
    timeout: '30s',
    prepare: ({ env }) => {
      const { table, ...settings } = markLateSettings(env);
      const client = new DynamoDBClient(databaseSettings(env['TICKOVER_DATABASE']));
      return { store: dynamoFlowRunStore(client, table), options: { ...settings, ...overrides } };
    },
    workload: (context) => markLateRunsWith(context, context.prepared.store, context.prepared.options),
  });
}

/**
 * Reads the settings of mark-late-runs. A variable that is missing or empty has its default.
 * @throws InvalidOptionsError which names every faulty variable, the expected and the given value
 */
export function markLateSettings(env: Surroundings['env']): MarkLateSettings {
  const faults: string[] = [];
  const read = <Value>(
    variable: string,
    standard: Value,
    expected: string,
    parse: (text: string) => Value | undefined,
  ) => {
    const text = env[variable];
    if (text === undefined || text === '') return standard;
    const value = parse(text);
    if (value === undefined) faults.push(`${variable}: expected ${expected}, got ${showValue(text)}`);
    return value ?? standard;
  };
  const settings = {
    table: read('TICKOVER_FLOW_RUNS_TABLE', DEFAULTS.table, 'the name of a DynamoDB table', parseTable),
    lateAfterSeconds: read(
      'TICKOVER_LATE_AFTER_SECONDS',
      DEFAULTS.lateAfterSeconds,
      'seconds, 0 or more',
      parseSeconds,
    ),
    pageSize: read('TICKOVER_PAGE_SIZE', DEFAULTS.pageSize, `a whole number from 1 to ${LARGEST_PAGE}`, parsePageSize),
  };
  if (faults.length > 0) throw new InvalidOptionsError(NAME, faults);
  return settings;
}

function parseTable(text: string): string | undefined {
  return /^[\w.:/-]{3,1024}$/.test(text) ? text : undefined;
}

function parseSeconds(text: string): number | undefined {
  return /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function parsePageSize(text: string): number | undefined {
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return size >= 1 && size <= LARGEST_PAGE ? size : undefined;
}
