/** The settings of check-endpoints: which endpoints to ask, as an environment variable lists them. */
import * as z from 'zod';
import { cut, InvalidOptionsError, mask, shown } from '../loop/index.ts';
import type { Surroundings } from '../runner/index.ts';
import { parseDuration, SECOND } from '../time/index.ts';

/** What to ask, and what to expect. */
export interface Endpoint {
  readonly method: string;
  readonly url: string;
  /** How long the answer may take to begin, redirects included, in milliseconds. */
  readonly timeout: number;
  /** The statuses that are well; absent where any 2xx is. */
  readonly expectedStatus?: readonly number[];
}

/** The environment variable that lists the endpoints. */
export const ENDPOINTS_VARIABLE = 'TICKOVER_ENDPOINTS';

/** The longest run of the service, and so the longest that one endpoint may be waited for, in milliseconds. */
export const LONGEST_RUN = 45 * SECOND;

const DEFAULT_TIMEOUT = 10 * SECOND;
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What each field must be: the middle of a message such as `TICKOVER_ENDPOINTS[0].url: expected ..., got ...`. */
const URL_EXPECTED = 'a URL of http or https';
const TIMEOUT_EXPECTED = "a duration above 0 and up to 45 s, such as '10s'";
const TIMEOUT_MS_EXPECTED = 'milliseconds above 0 and up to 45000';
const STATUS_EXPECTED = 'a status from 200 to 599, or a list of them';

const status = z.int(STATUS_EXPECTED).min(200, STATUS_EXPECTED).max(599, STATUS_EXPECTED);
const fields = {
  url: z.url({ protocol: /^https?$/, error: URL_EXPECTED }),
  method: z.enum(METHODS, `one of ${METHODS.join(', ')}`).optional(),
  timeout: z
    .string(TIMEOUT_EXPECTED)
    .refine((text) => isTimeout(parseDuration(text)), TIMEOUT_EXPECTED)
    .optional(),
  timeoutMs: z.number(TIMEOUT_MS_EXPECTED).refine(isTimeout, TIMEOUT_MS_EXPECTED).optional(),
  expectedStatus: z.union([status, z.array(status).min(1, STATUS_EXPECTED)], STATUS_EXPECTED).optional(),
};
const known = `only ${Object.keys(fields).join(', ')}`;
const endpoint = z
  .strictObject(fields, { error: ({ code }) => (code === 'unrecognized_keys' ? known : 'an object with a url') })
  .refine(
    ({ timeout, timeoutMs }) => timeout === undefined || timeoutMs === undefined,
    'timeout or timeoutMs, not both',
  );
const list = z.array(endpoint, 'a JSON array of endpoints');

function isTimeout(milliseconds: number | undefined): boolean {
  return milliseconds !== undefined && milliseconds > 0 && milliseconds <= LONGEST_RUN;
}

/**
 * The endpoints in the environment; none where the variable is unset or empty. `TICKOVER_ENDPOINTS` is a JSON array of objects:
 * `url`; `method`, 'GET' by default; `timeout`, up to 45 s, '10s' by default, or `timeoutMs`; `expectedStatus`, a status or a list
 * of them, any 2xx by default. A user and password in the URL are sent as a header. Redirects are followed, unless a 3xx is expected.
 * @throws InvalidOptionsError naming every field at fault, what was expected and what came
 */
export function endpointsIn(env: Surroundings['env']): readonly Endpoint[] {
  const text = env[ENDPOINTS_VARIABLE]?.trim() ?? '';
  if (text === '') return [];
  const parsed = list.safeParse(parsedJson(text), { reportInput: true });
  if (!parsed.success) throw refusal(parsed.error.issues.map(faultOf));
  return parsed.data.map(({ url, method = 'GET', timeout, timeoutMs, expectedStatus }) => ({
    url,
    method,
    timeout: timeoutMs ?? parseDuration(timeout) ?? DEFAULT_TIMEOUT,
    ...(expectedStatus === undefined ? {} : { expectedStatus: [expectedStatus].flat() }),
  }));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal([`${ENDPOINTS_VARIABLE}: expected a JSON array of endpoints, got ${got(text)}`]);
  }
}

function refusal(faults: readonly string[]): InvalidOptionsError {
  return new InvalidOptionsError('check-endpoints', faults);
}

function faultOf({ path, message, input, ...issue }: z.core.$ZodIssue): string {
  const where = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const came = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : got(input);
  return `${ENDPOINTS_VARIABLE}${where}: expected ${message}, got ${came}`;
}

/** What came, as a message may show it. */
function got(value: unknown): string {
  return value === undefined ? 'nothing' : cut(mask(shown(value)), 200);
}
