/** What single services of the catalog need beyond what every service gets. */
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DurableTableOptions } from './constructs/durable-table.ts';
import { FlowRunsTable } from './constructs/flow-runs-table.ts';

/** Variables for the function's environment, and rights for its role. */
export interface ServiceNeeds {
  readonly environment: Readonly<Record<string, string>>;
  readonly grant: (grantee: IGrantable) => void;
}

/** Makes what a service needs. */
export type MakeNeeds = (scope: Construct, options: DurableTableOptions) => ServiceNeeds;

/** By name of the service; what isn't here needs nothing. */
export const NEEDS: Readonly<Record<string, MakeNeeds>> = {
  'mark-late-runs': (scope, options) => {
    const flowRuns = new FlowRunsTable(scope, 'FlowRunsTable', options);
    return {
      environment: { TICKOVER_FLOW_RUNS_TABLE: flowRuns.table.tableName },
      grant: (grantee) => flowRuns.grantMarkLate(grantee),
    };
  },
};
