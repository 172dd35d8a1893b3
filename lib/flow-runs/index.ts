export { dynamoFlowRunStore } from './dynamo-store.ts';
export { type FlowRun, type FlowRunState, isWaiting, type StateType } from './flow-run.ts';
export { type Imported, type ImportOptions, importFlowRuns } from './import.ts';
export { FLOW_RUNS_TABLE, flowRunsTable, UnreadableRunError } from './item.ts';
export { ALREADY_LATE, type MarkResult, ONLY_SCHEDULED, type Proposal, proposeLate, whyLeftAlone } from './late.ts';
export { type LateCounts, type MarkLateContext, type MarkLateOptions, markLate } from './mark-late.ts';
export type { DuePage, DueQuery, FlowRunStore, Place, Transitioned, UnreadableRun } from './ports.ts';
export { type ReadRuns, readFlowRuns } from './read-api.ts';
export { tableOf } from './table-text.ts';
