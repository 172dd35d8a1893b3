export { GRACE } from './deadline.ts';
export { printReport } from './print-report.ts';
export type { Enclose, EnclosedRun } from './run-scope.ts';
export { haltedError, runWorkload, type WorkloadRun } from './run-workload.ts';
export { hearLeftovers } from './stray-errors.ts';
