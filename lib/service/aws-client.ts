/** The settings that all of Tickover's clients of AWS share. */
import { CONNECT_TIMEOUT, REQUEST_TIMEOUT, REQUEST_TRIES } from './time-budget.ts';

/**
 * The settings of a client of the AWS SDK. The SDK takes endpoint, region and credentials from the environment. Two
 * time-outs are needed: `requestTimeout` covers only the time to the first byte of an answer; `socketTimeout` also ends
 * an answer that stops half-way.
 * @param requestTimeout how long the client waits for the first byte of an answer, and then for each next part of it,
 * in milliseconds. @default REQUEST_TIMEOUT
 */
export function clientSettings(requestTimeout = REQUEST_TIMEOUT) {
  return {
    maxAttempts: REQUEST_TRIES,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT,
      requestTimeout,
      socketTimeout: requestTimeout,
      throwOnRequestTimeout: true,
    },
  };
}
