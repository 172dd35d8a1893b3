import { type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { flowRunsTable } from '../../lib/flow-runs/index.ts';
import { refuseUnknownProps } from '../known-props.ts';
import { DURABLE_SHAPES, DurableTable, type DurableTableOptions, type GivenTable } from './durable-table.ts';
import { allow } from './rights/allow.ts';
import { grantKey } from './rights/encryption-key.ts';

/** The DynamoDB table of the flow runs that the service mark-late-runs works on, with its indexes. */
export class FlowRunsTable extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, options: DurableTableOptions = {}) {
    super(scope, id);
    refuseUnknownProps<DurableTableOptions>(this, options, DURABLE_SHAPES);
    this.table = new DurableTable(this, 'FlowRuns', { ...options, shape: flowRunsTable('') }).table;
  }
}

/** Returns an existing table of flow runs by its ARN, such as a table that an earlier stack left. */
export function flowRunsTableOf(scope: Construct, id: string, given: GivenTable): ITable {
  return Table.fromTableAttributes(scope, id, { ...given, globalIndexes: indexNames() });
}

/**
 * Allows a function to query the indexes of the table, and to read and update single flow runs, but not to scan, put or
 * delete.
 */
export function grantMarkLate(table: ITable, grantee: IGrantable): void {
  allow(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [table.tableArn]);
  allow(
    grantee,
    ['dynamodb:Query'],
    indexNames().map((name) => `${table.tableArn}/index/${name}`),
  );
  grantKey(table.encryptionKey, grantee, 'items');
}

function indexNames(): string[] {
  return (flowRunsTable('').GlobalSecondaryIndexes ?? []).flatMap(({ IndexName }) => IndexName ?? []);
}
