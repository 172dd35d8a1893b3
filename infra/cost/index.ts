export { assume } from './assumptions.ts';
export { breakEven, fargateTask } from './break-even.ts';
export { type Estimate, estimate } from './estimate.ts';
export type { Plan, ServicePlan } from './plan.ts';
export { PRICES } from './prices.ts';
export { costLine, costReport } from './report.ts';
export { paceOf } from './ticks.ts';
