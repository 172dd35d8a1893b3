export { ASSUMPTIONS, type Assumed, type Assumption, type AssumptionName, assume } from './assumptions.ts';
export { type BreakEven, breakEven, fargateTask } from './break-even.ts';
export { type CostLine, type Estimate, type EstimateOptions, estimate, type ServiceCost } from './estimate.ts';
export type { Plan, ServicePlan, SharedPlan } from './plan.ts';
export { PRICED, PRICES, type Price } from './prices.ts';
export { costLine, costReport, optionOf } from './report.ts';
export { MONTH_HOURS, type Pace, paceOf } from './ticks.ts';
