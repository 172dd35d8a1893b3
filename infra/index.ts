/** The package `tickover/cdk`: the constructs that deploy services with AWS CDK. */

export { COMMONJS } from '../lib/service/index.ts';
export type { CatalogEntry } from '../lib/services/catalog.ts';
export type { GivenService } from './constructs/code/given-service.ts';
export { DeployedService } from './constructs/deployed-service.ts';
export type { DurableTableOptions } from './constructs/durable-table.ts';
export { FlowRunsTable, grantMarkLate } from './constructs/flow-runs-table.ts';
export { type GroupMemberProps, ServiceGroup, type ServiceGroupProps } from './constructs/group/service-group.ts';
export { HoldingQueue } from './constructs/holding-queue.ts';
export { Pager } from './constructs/pager.ts';
export type { AlarmActions } from './constructs/rendered-alarm.ts';
export { SavedQueries } from './constructs/saved-queries.ts';
export { SchedulerRole, ServiceScheduleGroup } from './constructs/schedule-group.ts';
export {
  ScheduledService,
  type ScheduledServiceOptions,
  type ScheduledServiceProps,
} from './constructs/scheduled-service.ts';
export type { ServiceFunctionOptions } from './constructs/service-function.ts';
export { TickoverServices, type TickoverServicesProps } from './constructs/services/tickover-services.ts';
export { ServicesDashboard } from './constructs/services-dashboard.ts';
export { StackAlarms, type StackAlarmsProps } from './constructs/stack-alarms.ts';
export { StateTable } from './constructs/state-table.ts';
export { type Outlets, Watchdog, type WatchdogProps, type Webhook } from './constructs/watchdog.ts';
export type { GivenDuration } from './durations.ts';
export type {
  AlarmLevel,
  LogLevel,
  MetricsLevel,
  ServiceSettings,
  Settings,
} from './settings.ts';
export { TickoverStack, type TickoverStackProps } from './tickover-stack.ts';
