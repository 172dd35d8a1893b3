export {
  type AlarmCondition,
  type AlarmDefinition,
  alarmFaults,
  type CompositeAlarmDefinition,
  type MetricAlarmDefinition,
} from './definition.ts';
export { alarmsOf, WATCHDOG } from './definitions.ts';
export { silenceOf } from './silence.ts';
export { failed, HOLD, undeliverable } from './stack-definitions.ts';
