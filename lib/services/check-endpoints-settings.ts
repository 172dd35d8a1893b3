import * as z from 'zod';
import { InvalidOptionsError } from '../rules/index.ts';
import type { Surroundings } from '../service/index.ts';
import { cut, mask, showValue, tryRead, withoutUndefined } from '../text/index.ts';
import { parseDuration, SECOND, unitHint } from '../time/index.ts';
import { literalAddress, vettingIn } from './check-endpoints-addresses.ts';

/** One URL to check, and how. */
export interface Endpoint {
  readonly method: string;
  readonly url: string;
  /** The longest time until the answer begins, redirects included, in milliseconds. */
  readonly timeout: number;
  /** The statuses that count as a success. @default 200 to 299 */
  readonly expectedStatus?: readonly number[];
  /** Addresses and ranges to which this endpoint may connect, although they are refused otherwise. @default none */
  readonly allowAddresses?: readonly string[];
}

export const ENDPOINTS_VARIABLE = 'TICKOVER_ENDPOINTS';

/** The longest run of check-endpoints, in milliseconds, which is also the longest timeout of an endpoint. */
export const LONGEST_RUN = 45 * SECOND;

const DEFAULT_TIMEOUT = 10 * SECOND;
/** The longest value of `TICKOVER_ENDPOINTS`, in characters. (In Lambda all variables together have only 4 KB.) */
const LONGEST_LIST = 256_000;
const MOST_ENDPOINTS = 1_000;
const LONGEST_URL = 2_000;
const MOST_ALLOWED = 20;
const MOST_FAULTS = 20;
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The texts after `expected` in error messages such as `TICKOVER_ENDPOINTS[0].url: expected ..., got ...`. */
const URL_EXPECTED = 'a URL of http or https';
const URL_CREDENTIALS_EXPECTED = 'a URL whose user and password are percent-encoded UTF-8';
const URL_LENGTH_EXPECTED = `a URL of at most ${LONGEST_URL} characters`;
const TIMEOUT_EXPECTED = "a duration above 0 and up to 45 s, such as '10s'";
const TIMEOUT_MS_EXPECTED = 'milliseconds above 0 and up to 45000';
const STATUS_EXPECTED = 'a status from 200 to 599, or a list of them';
const ADDRESS_EXPECTED = "an IP address, or a range such as '169.254.170.0/24'";
const ADDRESSES_EXPECTED = `a list of up to ${MOST_ALLOWED} IP addresses or ranges`;
const LIST_LENGTH_EXPECTED = `at most ${MOST_ENDPOINTS} endpoints`;

const status = z.int(STATUS_EXPECTED).min(200, STATUS_EXPECTED).max(599, STATUS_EXPECTED);
const fields = {
  url: z
    .url({ protocol: /^https?$/, error: URL_EXPECTED })
    .max(LONGEST_URL, URL_LENGTH_EXPECTED)
    .refine(hasDecodableCredentials, URL_CREDENTIALS_EXPECTED),
  method: z.enum(METHODS, `one of ${METHODS.join(', ')}`).optional(),
  timeout: z
    .string(TIMEOUT_EXPECTED)
    .refine((text) => isTimeout(parseDuration(text)), TIMEOUT_EXPECTED)
    .optional(),
  timeoutMs: z.number(TIMEOUT_MS_EXPECTED).refine(isTimeout, TIMEOUT_MS_EXPECTED).optional(),
  expectedStatus: z.union([status, z.array(status).min(1, STATUS_EXPECTED)], STATUS_EXPECTED).optional(),
  allowAddresses: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], ADDRESS_EXPECTED), ADDRESSES_EXPECTED)
    .max(MOST_ALLOWED, ADDRESSES_EXPECTED)
    .optional(),
};
const known = `only ${Object.keys(fields).join(', ')}`;
const endpoint = z
  .strictObject(fields, { error: ({ code }) => (code === 'unrecognized_keys' ? known : 'an object with a url') })
  .refine(
    ({ timeout, timeoutMs }) => timeout === undefined || timeoutMs === undefined,
    'timeout or timeoutMs, not both',
  );
const list = z.array(endpoint, 'a JSON array of endpoints').max(MOST_ENDPOINTS, LIST_LENGTH_EXPECTED);

/**
 * Whether user and password in the URL are valid percent-encoding; `%zz` is not. True for a text that is no URL, which
 * another check refuses.
 */
function hasDecodableCredentials(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  return tryRead(() => decodeURIComponent(username) + decodeURIComponent(password)) !== undefined;
}

function isTimeout(milliseconds: number | undefined): boolean {
  return milliseconds !== undefined && milliseconds > 0 && milliseconds <= LONGEST_RUN;
}

/**
 * Reads the endpoints from `TICKOVER_ENDPOINTS`; an empty list if the variable is missing or empty. The variable is a
 * JSON array of at most 1,000 objects with these fields:
 *
 *   - `url`; a user and password in it are sent as an Authorization header
 *   - `method`: 'GET' by default
 *   - `timeout`: '10s' by default, at most 45 s; or `timeoutMs`
 *   - `expectedStatus`: a status or a list, 200 to 299 by default; redirects are not followed if it contains a 3xx
 *   - `allowAddresses`: addresses and ranges such as '169.254.170.0/24'
 *
 * Link-local addresses and the metadata addresses of clouds are refused unless `allowAddresses` contains them. In
 * Lambda loopback addresses are refused too. A redirect from a public to a private address is refused.
 * @throws InvalidOptionsError which names up to 20 faulty fields, the expected and the given value
 */
export function endpointsIn(env: Surroundings['env']): readonly Endpoint[] {
  const text = env[ENDPOINTS_VARIABLE]?.trim() ?? '';
  if (text === '') return [];
  const parsed = list.safeParse(parsedJson(text), { reportInput: true });
  if (!parsed.success) throw refusal(parsed.error.issues.map(faultOf));
  const refused = addressFaults(parsed.data, env);
  if (refused.length > 0) throw refusal(refused);
  return parsed.data.map(({ url, method = 'GET', timeout, timeoutMs, expectedStatus, allowAddresses }) =>
    withoutUndefined({
      url,
      method,
      timeout: timeoutMs ?? parseDuration(timeout) ?? DEFAULT_TIMEOUT,
      expectedStatus: expectedStatus === undefined ? undefined : [expectedStatus].flat(),
      allowAddresses,
    }),
  );
}

/** Returns the faults of IP addresses in the URLs. A host name is checked at each request, when it is resolved. */
function addressFaults(endpoints: z.output<typeof list>, env: Surroundings['env']): string[] {
  const vetting = vettingIn(env);
  return endpoints.flatMap(({ url, allowAddresses }, index) => {
    const address = literalAddress(new URL(url));
    const reason = address === undefined ? undefined : vetting(allowAddresses)(address);
    if (reason === undefined) return [];
    return [
      `${ENDPOINTS_VARIABLE}[${index}].url: expected no address that is ${reason}, unless among allowAddresses, got ${got(url)}`,
    ];
  });
}

function parsedJson(text: string): unknown {
  if (text.length > LONGEST_LIST) {
    throw refusal([`${ENDPOINTS_VARIABLE}: expected at most ${LONGEST_LIST} characters, got ${text.length}`]);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw refusal([`${ENDPOINTS_VARIABLE}: expected a JSON array of endpoints, got ${got(text)}`]);
  }
}

function refusal(faults: readonly string[]): InvalidOptionsError {
  const more = faults.length > MOST_FAULTS ? [`and ${faults.length - MOST_FAULTS} more`] : [];
  return new InvalidOptionsError('check-endpoints', [...faults.slice(0, MOST_FAULTS), ...more]);
}

function faultOf({ path, message, input, ...issue }: z.core.$ZodIssue): string {
  const where = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const given = issue.code === 'unrecognized_keys' ? cut(mask(issue.keys.join(', ')), 200) : got(input);
  const hint = path.at(-1) === 'timeout' ? unitHint(input) : '';
  return `${ENDPOINTS_VARIABLE}${where}: expected ${message}, got ${given}${hint}`;
}

function got(value: unknown): string {
  return value === undefined ? 'nothing' : cut(mask(showValue(value)), 200);
}
