export { type AlarmDefinition, alarmFaults } from './definition.ts';
export { type AlarmsOptions, alarmsOf, WATCHDOG } from './definitions.ts';
export { type Deliveries, deliveryAlarms } from './stack-definitions.ts';
