export { type AlarmDefinition, alarmFaults } from './definition.ts';
export { alarmsOf, WATCHDOG } from './definitions.ts';
export { deliveryAlarms } from './stack-definitions.ts';
