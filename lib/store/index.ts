export { databaseSettings, documentClient } from './client.ts';
export { StoreError, tookNoLease } from './errors.ts';
export {
  type Fenced,
  type FencedRun,
  type FenceOptions,
  fencedPut,
  fencedUpdate,
  type UpdateParts,
} from './fenced-write.ts';
export { type Forgotten, forgetService } from './forget.ts';
export { itemSize } from './item/item-size.ts';
export { marshalling } from './item/marshalling.ts';
export { stateTable, TTL_ATTRIBUTE } from './item/table.ts';
export { dynamoStatesReader, READ_TOGETHER } from './read-states.ts';
export { describeAttributes, type RepairPlan, type StateRepairs, stateRepairs } from './repair.ts';
export { scanStates } from './scan-states.ts';
export { dynamoStateStore } from './state-store.ts';
export { sweepExpired } from './sweep-expired.ts';
export { dynamoWatchdogMemory } from './watchdog-memory.ts';
