/** The state of all services, and the rights on it. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { stateTable, TTL_ATTRIBUTE } from '../../lib/store/index.ts';
import { DurableTable, type DurableTableOptions } from './durable-table.ts';

/** The one table, with run records that expire. */
export class StateTable extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, options: DurableTableOptions = {}) {
    super(scope, id);
    const durable = new DurableTable(this, 'State', { ...options, shape: stateTable(''), timeToLive: TTL_ATTRIBUTE });
    this.table = durable.table;
  }
}

/** A service's calls on its own items: acquire, commit, run records, the report's query. */
const RUN = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'];
/** An operator's calls on them: reads alone. */
const READ = ['dynamodb:GetItem', 'dynamodb:Query'];

/** Lets a service's function work with that service's items and no others. */
export function grantState(table: ITable, grantee: IGrantable, service: string): void {
  grantee.grantPrincipal.addToPrincipalPolicy(onItemsOf([service], RUN, table));
}

/** Lets a person read that service's items and no others. */
export function grantStateRead(table: ITable, grantee: IGrantable, service: string): void {
  grantee.grantPrincipal.addToPrincipalPolicy(onItemsOf([service], READ, table));
}

/** Lets the watchdog read the items of the services it watches. It may not scan. */
export function grantStateBatchRead(table: ITable, grantee: IGrantable, services: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(onItemsOf(services, ['dynamodb:BatchGetItem'], table));
}

/** `ForAllValues` also holds where the request has no key: the second condition demands one. */
function onItemsOf(services: readonly string[], actions: readonly string[], table: ITable): PolicyStatement {
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
