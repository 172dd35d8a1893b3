/**
 * The environment of the functions on one machine: the variables that a stack would set, and those that lead to the
 * database.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FLOW_RUNS_TABLE } from '../../flow-runs/index.ts';
import { withoutUndefined } from '../../text/index.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The variables of the functions. */
export type LocalEnvironment = Variables & {
  readonly TICKOVER_TABLE: string;
  readonly TICKOVER_FLOW_RUNS_TABLE: string;
};

/** The state table's default name. */
export const STATE_TABLE = 'tickover';

const AWS_HOST = /(^|\.)amazonaws\.com(\.cn)?$/;

/** Whether an endpoint is AWS's own. */
export function isAwsEndpoint(endpoint: string): boolean {
  return AWS_HOST.test(new URL(endpoint).hostname);
}

/**
 * The environment variables to add so that every client made without options uses this endpoint: its address; a region
 * and placeholder credentials if none are set and the endpoint isn't AWS's; and one that keeps the SDK from printing a
 * notice about Node's version.
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
 * The variables without the caller's credentials, with placeholders instead: requests to a database that only a file
 * has named are signed with nothing that another program could use.
 */
export function withoutCredentials(variables: Variables): Variables {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...others } = variables;
  return { ...others, ...PLACEHOLDERS };
}

const PLACEHOLDERS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/**
 * The environment of functions that work on this endpoint; `variables` go before the defaults. Scheduler's lateness is
 * not simulated, so a firing owns its own minute, without slack. By default check-endpoints checks the database.
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
 * Settings for a log that the display and the metrics can read: every line of level INFO and above is written,
 * without line breaks in it, whatever the surrounding shell sets. A more detailed level that the shell sets is kept.
 */
function readableLog({ POWERTOOLS_LOG_LEVEL, LOG_LEVEL }: Variables): Variables {
  const asked = POWERTOOLS_LOG_LEVEL || LOG_LEVEL || '';
  return {
    POWERTOOLS_LOG_LEVEL: /^(debug|trace)$/i.test(asked) ? asked : 'INFO',
    POWERTOOLS_DEV: 'false',
    // The log's times follow it; everything that is shown is UTC, as on Lambda.
    TZ: 'UTC',
    AWS_LAMBDA_LOG_LEVEL: undefined,
    AWS_LAMBDA_FUNCTION_NAME: undefined,
  };
}

/** A client for the functions' database, in this process. */
export function clientOf(endpoint: string, env: Variables): DynamoDBClient {
  const { AWS_REGION: region, AWS_SESSION_TOKEN: sessionToken } = env;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const areGiven = accessKeyId !== undefined && secretAccessKey !== undefined;
  const credentials = areGiven ? withoutUndefined({ accessKeyId, secretAccessKey, sessionToken }) : undefined;
  return new DynamoDBClient({ endpoint, ...withoutUndefined({ region, credentials }) });
}
