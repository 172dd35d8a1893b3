/** What single services of the catalog need on AWS in addition to what every service needs. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DurableTableOptions } from './constructs/durable-table.ts';
import { FlowRunsTable, grantMarkLate } from './constructs/flow-runs-table.ts';

/** The environment variables that the function of a service needs, and the rights that its role needs. */
export interface ServiceNeeds {
  readonly environment: Readonly<Record<string, string>>;
  readonly grant: (grantee: IGrantable) => void;
}

/** The parts of the stack on which the needs of a service depend. */
export interface ServiceSurroundings {
  /** The protection and encryption of the tables that the stack makes for a service. */
  readonly tables: DurableTableOptions;
  /** The table of flow runs. @default the stack makes one */
  readonly flowRunsTable?: ITable;
}

/** Makes the resources that one service needs, inside `scope`. */
type MakeNeeds = (scope: Construct, surroundings: ServiceSurroundings) => ServiceNeeds;

/** The needs of single services, by name of the service. A service that is not listed needs nothing more. */
export const NEEDS: Readonly<Record<string, MakeNeeds>> = {
  'mark-late-runs': (scope, { tables, flowRunsTable }) => {
    const table = flowRunsTable ?? new FlowRunsTable(scope, 'FlowRunsTable', tables).table;
    return {
      environment: { TICKOVER_FLOW_RUNS_TABLE: table.tableName },
      grant: (grantee) => grantMarkLate(table, grantee),
    };
  },
};
