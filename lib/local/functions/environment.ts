/**
 * Makes the environment variables of the functions on one machine: those that the stack would set on AWS, and those by
 * which a DynamoDB client finds the database.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FLOW_RUNS_TABLE } from '../../flow-runs/index.ts';
import { withoutUndefined } from '../../text/index.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The environment variables of the functions on one machine. */
export type LocalEnvironment = Variables & {
  readonly TICKOVER_TABLE: string;
  readonly TICKOVER_FLOW_RUNS_TABLE: string;
};

/** The default name of the state table on one machine. */
export const STATE_TABLE = 'tickover';

const AWS_HOST = /(^|\.)amazonaws\.com(\.cn)?$/;

/** Whether an endpoint is one of AWS, by its host name. */
export function isAwsEndpoint(endpoint: string): boolean {
  return AWS_HOST.test(new URL(endpoint).hostname);
}

/**
 * The environment variables to add to `variables` so that every DynamoDB client that is made without options uses
 * `endpoint`. They are: the address of the endpoint; a region and placeholder credentials, if `variables` has none and
 * the endpoint doesn't belong to AWS; and one that keeps the AWS SDK from printing a notice about the version of Node.
 * @throws TypeError if the endpoint is no URL
 */
export function localCredentials(endpoint: string, variables: Variables): Record<string, string> {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_PROFILE } = variables;
  const isForeign = !isAwsEndpoint(endpoint);
  return {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...(isForeign && !AWS_REGION && { AWS_REGION: AWS_DEFAULT_REGION || 'us-east-1' }),
    ...(isForeign && !AWS_ACCESS_KEY_ID && !AWS_PROFILE && PLACEHOLDERS),
  };
}

/**
 * The variables with placeholders in place of the AWS credentials of the user. Use them for a database whose endpoint
 * comes from a file in the data directory: another program may answer at this endpoint, and must not get a request with
 * a valid signature.
 */
export function withoutCredentials(variables: Variables): Variables {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...others } = variables;
  return { ...others, ...PLACEHOLDERS };
}

const PLACEHOLDERS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/**
 * The environment variables of functions that use the database at `endpoint`, including all `variables`. If these don't
 * set the names of the tables and TICKOVER_ENDPOINTS, defaults are used; by default the service check-endpoints checks
 * the database. TICKOVER_SLACK_SECONDS is 0, since one machine doesn't simulate the lateness of EventBridge Scheduler.
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
 * The variables that make the log of a function readable for the display and the metrics: every line of level INFO and
 * above is written, as one line of text. If `variables` sets the level `debug` or `trace`, this level stays. All other
 * settings of the log in `variables` are replaced.
 */
function readableLog({ POWERTOOLS_LOG_LEVEL, LOG_LEVEL }: Variables): Variables {
  const asked = POWERTOOLS_LOG_LEVEL || LOG_LEVEL || '';
  return {
    POWERTOOLS_LOG_LEVEL: /^(debug|trace)$/i.test(asked) ? asked : 'INFO',
    POWERTOOLS_DEV: 'false',
    // The log writes times in the time zone of TZ. All times that `npm start` shows are UTC, as on Lambda.
    TZ: 'UTC',
    AWS_LAMBDA_LOG_LEVEL: undefined,
    AWS_LAMBDA_FUNCTION_NAME: undefined,
  };
}

/** Makes a DynamoDB client for this process with the endpoint, region and credentials that the functions use. */
export function clientOf(endpoint: string, env: Variables): DynamoDBClient {
  const { AWS_REGION: region, AWS_SESSION_TOKEN: sessionToken } = env;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const areGiven = accessKeyId !== undefined && secretAccessKey !== undefined;
  const credentials = areGiven ? withoutUndefined({ accessKeyId, secretAccessKey, sessionToken }) : undefined;
  return new DynamoDBClient({ endpoint, ...withoutUndefined({ region, credentials }) });
}
