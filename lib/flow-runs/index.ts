export { dynamoFlowRunStore } from './dynamo-store.ts';
export { type FlowRun, type FlowRunState, isWaiting, type StateType } from './flow-run.ts';
export { type Imported, importFlowRuns } from './import.ts';
export { FLOW_RUNS_TABLE, flowRunsTable } from './item.ts';
export { ALREADY_LATE, ONLY_SCHEDULED, proposeLate, RESULT_OF, whyLeftAlone } from './late.ts';
export { type LateCounts, MARK_LATE_SHAPES, type MarkLateOptions, markLate, markLateRunsWith } from './mark-late.ts';
export { type FlowRunStore, type Place, type UnreadableRun, UnreadableRunError } from './ports.ts';
export { readFlowRuns } from './read-api.ts';
export { tableOf } from './table-text.ts';
