/**
 * The environment variables, rights and resources that one service of the catalog needs on AWS and other services
 * don't.
 */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { DurableTableOptions } from './constructs/durable-table.ts';
import { FlowRunsTable, grantMarkLate } from './constructs/flow-runs-table.ts';
import type { FunctionNeeds } from './constructs/services/make-services.ts';

/** The parts of the stack from which the needs of a service are made. */
export interface ServiceSurroundings {
  /** The protection and the encryption of the tables that the stack makes. */
  readonly tables: DurableTableOptions;
  /** The table of flow runs. @default the stack makes one */
  readonly flowRunsTable?: ITable;
}

type MakeNeeds = (scope: Construct, surroundings: ServiceSurroundings) => FunctionNeeds;

/**
 * The functions that make what only one service needs, by the name of that service. Services without a function here
 * need nothing more.
 */
export const NEEDS: Readonly<Record<string, MakeNeeds>> = {
  'mark-late-runs': (scope, { tables, flowRunsTable }) => {
    const table = flowRunsTable ?? new FlowRunsTable(scope, 'FlowRunsTable', tables).table;
    return {
      environment: { TICKOVER_FLOW_RUNS_TABLE: table.tableName },
      grant: (grantee) => grantMarkLate(table, grantee),
    };
  },
};
