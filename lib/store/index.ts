export { documentClient } from './client.ts';
export { StoreError, tookNoLease } from './errors.ts';
export { itemSize } from './item/item-size.ts';
export { marshalling } from './item/marshalling.ts';
export { stateTable, TTL_ATTRIBUTE } from './item/table.ts';
export { dynamoStatesReader } from './read-states.ts';
export { describeAttributes, type RepairPlan, type StateRepairs, stateRepairs } from './repair.ts';
export { dynamoStateStore } from './state-store.ts';
export { sweepExpired } from './sweep-expired.ts';
