/**
 * Runs inside the worker of `record.ts`, bundled with a checkout's instrumented lib. It opens a machine as `npm start`
 * does, and gives the calls of one healthy tick.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Call } from './figures.ts';

declare global {
  /** Where instrumented functions note their calls; nowhere while it is undefined. */
  var way: Call[] | undefined;
}

/** What the worker is given. */
export interface StageData {
  readonly directory: string;
}

/** What the worker gives back. */
export interface StageResult {
  readonly calls: readonly Call[];
}

const TABLES = { TICKOVER_TABLE: 'state', TICKOVER_FLOW_RUNS_TABLE: 'flow-runs' };
const MINUTE = 60_000;
/** When the first tick is due, and how late each firing comes. The sample's flow runs lie before. */
const FIRST_DUE = Date.UTC(2026, 0, 5, 9);
const LATENESS = 200;
const REMAINING = 30_000;

// lib takes the clock when it is loaded, so it is set before.
let now = FIRST_DUE + LATENESS;
Date.now = () => now;

const { openMachine } = await import('../../lib/local/index.ts');
const { directory } = workerData as StageData;
// The tables are made and filled with the sample; the function is served here and not by a host of the machine.
const { markLateRuns } = await import('../../lib/services/mark-late-runs.ts');
const catalog = [{ service: markLateRuns, source: { entry: 'functions/mark-late-runs.ts' } }];
const settings = { directory, brief: true, variables: TABLES, onLine: () => {} };
const machine = await openMachine({ ...settings, catalog, services: [] });
try {
  Object.assign(process.env, TABLES, { AWS_ENDPOINT_URL_DYNAMODB: machine.database.endpoint });
  const { handler } = await import('../../functions/mark-late-runs.ts');
  // The first tick finds no state, and marks what the sample holds: it is the second that is like all others.
  await tick(handler);
  now += MINUTE;
  globalThis.way = [];
  await tick(handler);
  const result: StageResult = { calls: globalThis.way };
  parentPort?.postMessage(result);
} finally {
  globalThis.way = undefined;
  await machine.close();
}

async function tick(handler: typeof import('../../functions/mark-late-runs.ts')['handler']): Promise<void> {
  const event = { scheduledFor: new Date(now - LATENESS).toISOString() };
  const answer = await handler(event, { getRemainingTimeInMillis: () => REMAINING });
  const { disposition, outcome } = answer as { disposition?: unknown; outcome?: unknown };
  if (disposition !== 'ran' || outcome !== 'succeeded') {
    throw new Error(`the tick is not a healthy one: ${JSON.stringify(answer)}`);
  }
}
