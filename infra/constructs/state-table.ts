import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { stateTable, TTL_ATTRIBUTE } from '../../lib/store/index.ts';
import { refuseUnknownProps } from '../known-props.ts';
import { DURABLE_SHAPES, DurableTable, type DurableTableOptions } from './durable-table.ts';
import { grantKey } from './rights/encryption-key.ts';

/** The DynamoDB table with the state of all services. DynamoDB removes run records from the table when they expire. */
export class StateTable extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, options: DurableTableOptions = {}) {
    super(scope, id);
    refuseUnknownProps<DurableTableOptions>(this, options, DURABLE_SHAPES);
    const durable = new DurableTable(this, 'State', { ...options, shape: stateTable(''), timeToLive: TTL_ATTRIBUTE });
    this.table = durable.table;
  }
}

/** The DynamoDB calls that a service makes on its items in the state table. */
export const RUN = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'];
const READ = ['dynamodb:GetItem', 'dynamodb:Query'];

/** Allows a function to use the items of these services and no others. */
export function grantState(table: ITable, grantee: IGrantable, services: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(onItemsOf(services, RUN, table));
  grantKey(table.encryptionKey, grantee, 'items');
}

/** Allows a person to read the items of this service and no others. */
export function grantStateRead(table: ITable, grantee: IGrantable, service: string): void {
  grantee.grantPrincipal.addToPrincipalPolicy(onItemsOf([service], READ, table));
  grantKey(table.encryptionKey, grantee, 'readItems');
}

/**
 * Returns a policy statement that allows the actions on the items of these services only. `ForAllValues` is also true
 * for a request without a key, so the second condition requires a key.
 */
export function onItemsOf(services: readonly string[], actions: readonly string[], table: ITable): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [...actions],
    resources: [table.tableArn],
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [...services] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
}
