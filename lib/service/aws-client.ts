import { CONNECT_TIMEOUT, REQUEST_TIMEOUT, REQUEST_TRIES } from './time-budget.ts';

/**
 * The settings of an AWS SDK client. `requestTimeout` ends only the wait for the first byte of an answer.
 * `socketTimeout` ends the wait for each later part.
 * @param requestTimeout the longest of these waits, in milliseconds. @default REQUEST_TIMEOUT
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
