/** Needs of single services of the catalog, beyond those of every service. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Service } from '../lib/service/index.ts';
import { watchdogVariables } from '../lib/watchdog/index.ts';
import { WATCHDOG } from './alarms/index.ts';
import { FlowRunsTable } from './constructs/flow-runs-table.ts';
import { grantStateBatchRead } from './constructs/state-table.ts';

/** Variables for the function's environment, and rights for its role. */
export interface ServiceNeeds {
  readonly environment: Readonly<Record<string, string>>;
  readonly grant: (grantee: IGrantable) => void;
}

/** The stack around a service. */
export interface ServiceSurroundings {
  /** All services of the stack, with the intervals that they are given. */
  readonly services: readonly Service[];
  /** Their state. */
  readonly table: ITable;
  /** Whether tables refuse to be deleted. */
  readonly deletionProtection: boolean;
}

/** Makes the needs of a service. */
type MakeNeeds = (scope: Construct, surroundings: ServiceSurroundings) => ServiceNeeds;

/** By name of the service; the others need nothing more. */
export const NEEDS: Readonly<Record<string, MakeNeeds>> = {
  'mark-late-runs': (scope, options) => {
    const flowRuns = new FlowRunsTable(scope, 'FlowRunsTable', options);
    return {
      environment: { TICKOVER_FLOW_RUNS_TABLE: flowRuns.table.tableName },
      grant: (grantee) => flowRuns.grantMarkLate(grantee),
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
