import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { refuseUnknownProps } from '../known-props.ts';
import type { DeployedService } from './deployed-service.ts';
import { type LogQuery, QUESTIONS, queryText, whatHappened } from './log-queries.ts';

export interface SavedQueriesProps {
  /** The services whose logs are queried. Without services no query is saved. */
  readonly services: readonly DeployedService[];
  /** The folder of the queries in the CloudWatch console, such as the name of the stack. */
  readonly folder: string;
}

/**
 * The most log groups that one saved query may name. With more log groups the queries name none, and the user chooses
 * log groups in the console.
 */
const MOST_LOG_GROUPS = 50;

/** The saved queries of CloudWatch Logs Insights, which show what happened to the services of a stack. */
export class SavedQueries extends Construct {
  /** The queries by their titles, such as 'Skipped ticks by reason'. */
  readonly queries: Readonly<Record<string, CfnQueryDefinition>>;

  constructor(scope: Construct, id: string, props: SavedQueriesProps) {
    super(scope, id);
    refuseUnknownProps<SavedQueriesProps>(this, props, { services: 'list', folder: 'text' });
    const [first] = props.services;
    const questions: Readonly<Record<string, LogQuery>> =
      first === undefined ? {} : { 'What happened to a service': whatHappened(first.service.name), ...QUESTIONS };
    this.queries = Object.fromEntries(
      Object.entries(questions).map(([question, query]) => [question, this.#save(question, query, props)]),
    );
  }

  #save(question: string, query: LogQuery, { services, folder }: SavedQueriesProps): CfnQueryDefinition {
    // Services that share a function share its log group, too.
    const logGroupNames = [...new Set(services.map(({ logGroup }) => logGroup.logGroupName))];
    return new CfnQueryDefinition(this, question.replaceAll(/\W/g, ''), {
      name: `${folder}/${question}`,
      queryString: queryText(query),
      ...(logGroupNames.length > MOST_LOG_GROUPS ? {} : { logGroupNames }),
    });
  }
}
