/** The package `tickover/flow-runs`: the store of flow runs, and the service that marks those that are late. */

export {
  defineMarkLateRuns,
  type MarkLateSettings,
  markLateRuns,
  markLateSettings,
} from '../services/mark-late-runs.ts';
export {
  dynamoFlowRunStore,
  FLOW_RUNS_TABLE,
  type FlowRun,
  type FlowRunState,
  type FlowRunStore,
  flowRunsTable,
  type Imported,
  importFlowRuns,
  isWaiting,
  type LateCounts,
  type MarkLateOptions,
  markLate,
  type Place,
  readFlowRuns,
  type StateType,
  type UnreadableRun,
  UnreadableRunError,
} from './index.ts';
