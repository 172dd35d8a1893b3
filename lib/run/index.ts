export { printReport } from './print-report.ts';
export type { RunScope, ScopedRun } from './run-scope.ts';
export { runWorkload, type WorkloadRun } from './run-workload.ts';
export { catchStrayErrors, type StrayErrors } from './stray-errors.ts';
