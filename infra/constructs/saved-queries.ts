/**
 * The saved queries of CloudWatch Logs Insights, of which each stack has one set. They show what happened to a service,
 * and can be used without knowing the fields of the log.
 */
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { refuseUnknownProps } from '../known-props.ts';
import type { DeployedService } from './deployed-service.ts';
import { type LogQuery, QUESTIONS, queryText, whatHappened } from './log-queries.ts';

/** The properties of the saved queries. */
export interface SavedQueriesProps {
  /** The services whose logs are queried; without services no query is saved. */
  readonly services: readonly DeployedService[];
  /** The folder of the queries in the console, such as the stack's name. */
  readonly folder: string;
}

/**
 * The largest number of log groups that one saved query may name. If a stack has more, its queries name none, and the
 * user chooses log groups in the console.
 */
const MOST_LOG_GROUPS = 50;

/** The queries in the console's list of saved queries. */
export class SavedQueries extends Construct {
  /** The queries, by question. */
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
    // The services of a group share their log.
    const logGroupNames = [...new Set(services.map(({ logGroup }) => logGroup.logGroupName))];
    return new CfnQueryDefinition(this, question.replaceAll(/\W/g, ''), {
      name: `${folder}/${question}`,
      queryString: queryText(query),
      ...(logGroupNames.length > MOST_LOG_GROUPS ? {} : { logGroupNames }),
    });
  }
}
