/** The table of the flow runs on which mark-late-runs works. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { flowRunsTable } from '../../lib/flow-runs/index.ts';
import { allow } from './allow.ts';
import { DurableTable, type DurableTableOptions } from './durable-table.ts';

/** The table, with the index of waiting runs. */
export class FlowRunsTable extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, options: DurableTableOptions = {}) {
    super(scope, id);
    this.table = new DurableTable(this, 'FlowRuns', { ...options, shape: flowRunsTable('') }).table;
  }

  /** Allows a function to find waiting runs by the index and to change their state: no Scan, no Put, no Delete. */
  grantMarkLate(grantee: IGrantable): void {
    const indexes = flowRunsTable('').GlobalSecondaryIndexes ?? [];
    allow(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [this.table.tableArn]);
    allow(
      grantee,
      ['dynamodb:Query'],
      indexes.map(({ IndexName }) => `${this.table.tableArn}/index/${IndexName}`),
    );
  }
}
