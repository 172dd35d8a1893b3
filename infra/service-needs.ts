/** The needs of single services of the catalog, in addition to those of every service. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Service } from '../lib/service/index.ts';
import { watchdogVariables } from '../lib/watchdog/index.ts';
import { WATCHDOG } from './alarms/index.ts';
import type { DurableTableOptions } from './constructs/durable-table.ts';
import { FlowRunsTable, grantMarkLate } from './constructs/flow-runs-table.ts';
import { grantStateBatchRead } from './constructs/state-table.ts';

/** Variables for the environment of the function, and rights for its role. */
export interface ServiceNeeds {
  readonly environment: Readonly<Record<string, string>>;
  readonly grant: (grantee: IGrantable) => void;
}

/** The parts of the stack that the needs of a service depend on. */
export interface ServiceSurroundings {
  /** All services of the stack, with their configured intervals. */
  readonly services: readonly Service[];
  /** The state table of these services. */
  readonly table: ITable;
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
  [WATCHDOG]: (_scope, { services, table }) => {
    const watched = services.filter(({ name }) => name !== WATCHDOG);
    return {
      environment: watchdogVariables(watched),
      grant: (grantee) => {
        const names = watched.map(({ name }) => name);
        if (names.length > 0) grantStateBatchRead(table, grantee, names);
      },
    };
  },
};
