export { assume } from './assumptions.ts';
export { breakEven, fargateTask } from './break-even.ts';
export { type Estimate, type EstimateOptions, estimate } from './estimate.ts';
export { asGroup, manyLike, type Plan, type ServicePlan, withoutAlarms } from './plan.ts';
export { PRICES, regionOf } from './prices.ts';
export { costLine, costReport } from './report.ts';
export { scales } from './scale.ts';
export { paceOf } from './ticks.ts';
