export {
  type AlarmCondition,
  type AlarmDefinition,
  alarmFaults,
  type CompositeAlarmDefinition,
  type MetricAlarmDefinition,
} from './definition.ts';
export { type AlarmsOptions, alarmsOf } from './definitions.ts';
export { type Silence, silenceOf } from './silence.ts';
export { HOLD, undeliverable } from './stack-definitions.ts';
