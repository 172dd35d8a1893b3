/**
 * Makes the environment variables of the functions on one machine: those that the stack sets on AWS, and those that
 * lead to the local database.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FLOW_RUNS_TABLE } from '../../flow-runs/index.ts';
import { databaseSettings } from '../../store/index.ts';
import { withoutUndefined } from '../../text/index.ts';
import type { Database } from '../database/database.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export type LocalEnvironment = Variables & {
  readonly TICKOVER_TABLE: string;
  readonly TICKOVER_FLOW_RUNS_TABLE: string;
};

/** The default name of the DynamoDB table that contains the state of all services on one machine. */
export const STATE_TABLE = 'tickover';

const AWS_HOST = /(^|\.)amazonaws\.com(\.cn)?$/;

export function isAwsEndpoint(endpoint: string): boolean {
  return AWS_HOST.test(new URL(endpoint).hostname);
}

/**
 * The variables that make every DynamoDB client use `endpoint`. Placeholders for region and credentials are added only
 * if `variables` has none and the endpoint is not on AWS.
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
 * Replaces the AWS credentials in the variables by placeholders. Another program may answer at a local endpoint, and
 * must not get requests with valid signatures.
 */
export function withoutCredentials(variables: Variables): Variables {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...others } = variables;
  return { ...others, ...PLACEHOLDERS };
}

const PLACEHOLDERS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/** The part of a database on which the variables of a function depend. */
export type DatabasePlace = Pick<Database, 'endpoint' | 'embedded' | 'shared'>;

/**
 * The variables of a function on one machine: `variables`, the database, and defaults for the names of the tables and
 * for TICKOVER_ENDPOINTS. TICKOVER_SLACK_SECONDS is 0, since here nothing starts as late as EventBridge Scheduler may.
 *
 * With the embedded DynamoDB, only Tickover's own client uses it, by TICKOVER_DATABASE. The AWS clients of the
 * workloads keep the endpoints, profiles and credentials in `variables`. The endpoint of another DynamoDB holds for
 * every DynamoDB client.
 */
export function environmentOf(database: DatabasePlace, variables: Variables): LocalEnvironment {
  const { endpoint } = database;
  const { TICKOVER_TABLE, TICKOVER_FLOW_RUNS_TABLE } = variables;
  return {
    TICKOVER_ENDPOINTS: JSON.stringify([{ url: endpoint }]),
    ...variables,
    TICKOVER_TABLE: TICKOVER_TABLE || STATE_TABLE,
    TICKOVER_FLOW_RUNS_TABLE: TICKOVER_FLOW_RUNS_TABLE || FLOW_RUNS_TABLE,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...(isEmbedded(database) ? {} : localCredentials(endpoint, variables)),
    TICKOVER_DATABASE: isEmbedded(database) ? endpoint : undefined,
    ...readableLog(variables),
    TICKOVER_SLACK_SECONDS: '0',
  };
}

/**
 * The variables that make Tickover able to read the log of a function: one JSON line per message, from level INFO or,
 * if `variables` asks for it, from debug or trace.
 */
function readableLog({ POWERTOOLS_LOG_LEVEL, LOG_LEVEL }: Variables): Variables {
  const asked = POWERTOOLS_LOG_LEVEL || LOG_LEVEL || '';
  return {
    POWERTOOLS_LOG_LEVEL: /^(debug|trace)$/i.test(asked) ? asked : 'INFO',
    POWERTOOLS_DEV: 'false',
    // The log uses the time zone in TZ. `npm start` shows UTC.
    TZ: 'UTC',
    AWS_LAMBDA_LOG_LEVEL: undefined,
    AWS_LAMBDA_FUNCTION_NAME: undefined,
  };
}

function isEmbedded({ embedded, shared }: DatabasePlace): boolean {
  return embedded || shared;
}

export function clientOf(endpoint: string, env: Variables): DynamoDBClient {
  if (env['TICKOVER_DATABASE'] !== undefined) return new DynamoDBClient(databaseSettings(endpoint));
  const { AWS_REGION: region, AWS_SESSION_TOKEN: sessionToken } = env;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const areGiven = accessKeyId !== undefined && secretAccessKey !== undefined;
  const credentials = areGiven ? withoutUndefined({ accessKeyId, secretAccessKey, sessionToken }) : undefined;
  return new DynamoDBClient({ endpoint, ...withoutUndefined({ region, credentials }) });
}
