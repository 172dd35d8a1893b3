export { type AlarmDefinition, alarmFaults } from './definition.ts';
export { alarmsOf, groupAlarms, WATCHDOG } from './definitions.ts';
export { deliveryAlarms } from './stack-definitions.ts';
