/** What an AWS client needs from the environment to talk to an endpoint that isn't AWS's own. */

type Environment = Readonly<Record<string, string | undefined>>;

const AWS_HOST = /(^|\.)amazonaws\.com(\.cn)?$/;

/** Whether an endpoint is AWS's own. */
export function isAwsEndpoint(endpoint: string): boolean {
  return AWS_HOST.test(new URL(endpoint).hostname);
}

/**
 * The environment variables to add so that every client made without options uses this endpoint: its address, for an endpoint
 * that isn't AWS's a region and placeholder credentials if none are set, and silence about the version of Node.
 * @throws TypeError if the endpoint is no URL
 */
export function localCredentials(endpoint: string, env: Environment): Record<string, string> {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_PROFILE } = env;
  const foreign = !isAwsEndpoint(endpoint);
  return {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...(foreign && !AWS_REGION ? { AWS_REGION: AWS_DEFAULT_REGION || 'us-east-1' } : {}),
    ...(foreign && !AWS_ACCESS_KEY_ID && !AWS_PROFILE
      ? { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }
      : {}),
  };
}
