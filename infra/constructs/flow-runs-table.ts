/** The flow runs that mark-late-runs works on. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { flowRunsTable } from '../../lib/flow-runs/index.ts';
import { DurableTable, type DurableTableOptions } from './durable-table.ts';

/** The table, with the index of waiting runs. */
export class FlowRunsTable extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, options: DurableTableOptions = {}) {
    super(scope, id);
    this.table = new DurableTable(this, 'FlowRuns', { ...options, shape: flowRunsTable('') }).table;
  }

  /** Lets a function find waiting runs by the index and move them on: no Scan, no Put, no Delete. */
  grantMarkLate(grantee: IGrantable): void {
    const indexes = flowRunsTable('').GlobalSecondaryIndexes ?? [];
    const { grantPrincipal } = grantee;
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
        resources: [this.table.tableArn],
      }),
    );
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: indexes.map(({ IndexName }) => `${this.table.tableArn}/index/${IndexName}`),
      }),
    );
  }
}
