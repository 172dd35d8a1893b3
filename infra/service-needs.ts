/** The needs of single services of the catalog, in addition to those of every service. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DurableTableOptions } from './constructs/durable-table.ts';
import { FlowRunsTable, grantMarkLate } from './constructs/flow-runs-table.ts';

/** Variables for the environment of the function, and rights for its role. */
export interface ServiceNeeds {
  readonly environment: Readonly<Record<string, string>>;
  readonly grant: (grantee: IGrantable) => void;
}

/** The parts of the stack that the needs of a service depend on. */
export interface ServiceSurroundings {
  /** How well tables are guarded that are made for a service. */
  readonly tables: DurableTableOptions;
  /** The flow runs' table. @default one that is made */
  readonly flowRunsTable?: ITable;
}

/** Makes the needs of a service. */
type MakeNeeds = (scope: Construct, surroundings: ServiceSurroundings) => ServiceNeeds;

/** The needs by name of the service. A service that is not listed needs nothing more. */
export const NEEDS: Readonly<Record<string, MakeNeeds>> = {
  'mark-late-runs': (scope, { tables, flowRunsTable }) => {
    const table = flowRunsTable ?? new FlowRunsTable(scope, 'FlowRunsTable', tables).table;
    return {
      environment: { TICKOVER_FLOW_RUNS_TABLE: table.tableName },
      grant: (grantee) => grantMarkLate(table, grantee),
    };
  },
};
