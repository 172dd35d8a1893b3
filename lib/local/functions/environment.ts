/** The environment of the functions on one machine: what a stack would give them, and where the database is. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FLOW_RUNS_TABLE } from '../../flow-runs/index.ts';
import { localCredentials } from '../database/credentials.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** What the functions are given. */
export type LocalEnvironment = Variables & {
  readonly TICKOVER_TABLE: string;
  readonly TICKOVER_FLOW_RUNS_TABLE: string;
};

/** The state table's name unless told otherwise. */
export const STATE_TABLE = 'tickover';

/**
 * The environment of functions that work on this endpoint; what `variables` say goes before the defaults. Scheduler's lateness is
 * not simulated, so a firing owns its own minute: no slack. check-endpoints watches the database unless told otherwise.
 */
export function environmentOf(endpoint: string, variables: Variables): LocalEnvironment {
  const { TICKOVER_TABLE, TICKOVER_FLOW_RUNS_TABLE } = variables;
  return {
    TICKOVER_ENDPOINTS: JSON.stringify([{ url: endpoint }]),
    ...variables,
    TICKOVER_TABLE: TICKOVER_TABLE || STATE_TABLE,
    TICKOVER_FLOW_RUNS_TABLE: TICKOVER_FLOW_RUNS_TABLE || FLOW_RUNS_TABLE,
    ...localCredentials(endpoint, variables),
    ...readableLog(variables),
    TICKOVER_SLACK_SECONDS: '0',
  };
}

/**
 * What is shown and counted here is read from the log, so its lines must come, each on one line, whatever the shell this was
 * started in says about logs. Being asked for more than that is fine.
 */
function readableLog({ POWERTOOLS_LOG_LEVEL, LOG_LEVEL }: Variables): Variables {
  const asked = POWERTOOLS_LOG_LEVEL || LOG_LEVEL || '';
  return {
    POWERTOOLS_LOG_LEVEL: /^(debug|trace)$/i.test(asked) ? asked : 'INFO',
    POWERTOOLS_DEV: 'false',
    AWS_LAMBDA_LOG_LEVEL: undefined,
    AWS_LAMBDA_FUNCTION_NAME: undefined,
  };
}

/** A client of this process for the functions' database. */
export function clientOf(endpoint: string, env: Variables): DynamoDBClient {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  const given = AWS_ACCESS_KEY_ID !== undefined && AWS_SECRET_ACCESS_KEY !== undefined;
  return new DynamoDBClient({
    endpoint,
    ...(AWS_REGION === undefined ? {} : { region: AWS_REGION }),
    ...(given
      ? {
          credentials: {
            accessKeyId: AWS_ACCESS_KEY_ID,
            secretAccessKey: AWS_SECRET_ACCESS_KEY,
            ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
          },
        }
      : {}),
  });
}
