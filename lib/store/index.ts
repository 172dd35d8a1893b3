export { documentClient } from './client.ts';
export { StoreError } from './errors.ts';
export { itemSize, LARGEST_ITEM } from './item-size.ts';
export { dynamoStatesReader } from './read-states.ts';
export { type Change, toldChange } from './repair.ts';
export { stateRepairs } from './state-repairs.ts';
export { dynamoStateStore } from './state-store.ts';
export { stateTable, TTL_ATTRIBUTE } from './table.ts';
export { translation } from './translation.ts';
