/**
 * check-endpoints: asks a list of URLs whether they answer as expected. A critical service; since a monitor must not stop
 * monitoring, nothing it meets halts it at once.
 */

import { defineService, HttpStatusError, type RunContext, type Service } from '../service/index.ts';
import { errorClassOf, mask, summarizeError } from '../text/index.ts';
import { withTimeLimit } from '../time/index.ts';
import { type Vet, vettingIn } from './check-endpoints-addresses.ts';
import { statusOf } from './check-endpoints-request.ts';
import { ENDPOINTS_VARIABLE, type Endpoint, endpointsIn, LONGEST_RUN } from './check-endpoints-settings.ts';

/** What became of one endpoint. */
export interface EndpointResult {
  /** With credentials masked. */
  readonly url: string;
  readonly ok: boolean;
  /** Absent if there was no answer. */
  readonly status?: number;
  readonly durationMs: number;
  /** What was wrong, in one line. */
  readonly error?: string;
}

/** A result, and what stands in the way of its being well. */
interface Check {
  readonly result: EndpointResult;
  readonly error?: Error;
  /** Whether the run ended before the endpoint's turn came. */
  readonly unasked?: true;
}

/** What one process's runs share. */
interface Prepared {
  readonly endpoints: readonly Endpoint[];
  /** Judges addresses for an endpoint that allows some. */
  readonly vetting: (allowed?: readonly string[]) => Vet;
}

const MOST_AT_ONCE = 5;

/**
 * The service. Its workload returns an {@link EndpointResult} per endpoint, in the order they are configured; if any failed it
 * throws one AggregateError with an error for each that did, and the `results` of all. So it does when the run's signal fires
 * before every endpoint was asked: those that weren't are told as not asked.
 * Capacity: five are asked at once, for 45 s. Where every endpoint hangs for the default 10 s, that is time for 20 of them.
 * Environment: `TICKOVER_ENDPOINTS`, see {@link endpointsIn}.
 */
export const checkEndpoints: Service = defineService<Prepared>({
  name: 'check-endpoints',
  interval: '60s',
  backoff: 4,
  onFatal: 'continue',
  maxDuration: LONGEST_RUN,
  prepare: ({ env }) => ({ endpoints: endpointsIn(env), vetting: vettingIn(env) }),
  workload: checkAll,
});

async function checkAll(context: RunContext<Prepared>): Promise<readonly EndpointResult[]> {
  const { log, prepared } = context;
  if (prepared.endpoints.length === 0) {
    log.info(`No endpoints are configured; set ${ENDPOINTS_VARIABLE}.`);
    return [];
  }
  const checks = await eachAtMost(MOST_AT_ONCE, prepared.endpoints, (endpoint) => check(endpoint, context));
  const results = checks.map(({ result }) => result);
  const errors = checks.flatMap(({ error }) => (error === undefined ? [] : [error]));
  if (errors.length === 0) return results;
  for (const { result, unasked } of checks) {
    if (!result.ok) log.warn(unasked ? 'endpoint not asked' : 'endpoint failed', toldOf(result));
  }
  throw Object.assign(new AggregateError(errors, summaryOf(checks, errors)), { results });
}

/** The fields of the log line of an endpoint that failed. */
function toldOf({ url, durationMs, status, error }: EndpointResult): Readonly<Record<string, unknown>> {
  return {
    url,
    durationMs,
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
  };
}

function summaryOf(checks: readonly Check[], errors: readonly Error[]): string {
  const unasked = checks.filter((each) => each.unasked).length;
  const failed = `${errors.length - unasked} of ${checks.length} endpoints failed`;
  const both = unasked === 0 ? failed : `${failed}, ${unasked} not asked`;
  return `${both}: ${errors.map(({ message }) => message).join('; ')}`;
}

/** The work done on every item, on so many at once; results in the order of the items. `work` must not reject. */
async function eachAtMost<Item, Result>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}

async function check(endpoint: Endpoint, context: RunContext<Prepared>): Promise<Check> {
  const { clock, signal, prepared } = context;
  if (signal.aborted) return notAsked(endpoint, signal);
  const startedAt = clock.now();
  const told = () => ({ url: mask(endpoint.url), durationMs: clock.now() - startedAt });
  try {
    const status = await withTimeLimit(clock, endpoint.timeout, (late) =>
      asked(endpoint, prepared, AbortSignal.any([signal, late])),
    );
    const error = unexpected(endpoint, status);
    if (error === undefined) return { result: { ...told(), ok: true, status } };
    return { result: { ...told(), ok: false, status, error: error.message }, error };
  } catch (thrown) {
    const error = withoutAnswer(endpoint, thrown);
    return { result: { ...told(), ok: false, error: error.message }, error };
  }
}

function notAsked({ method, url }: Endpoint, { reason }: AbortSignal): Check {
  const error = new Error(`${method} ${mask(url)}: not asked before the run ended`, { cause: reason });
  return { result: { url: mask(url), ok: false, durationMs: 0, error: error.message }, error, unasked: true };
}

function asked(endpoint: Endpoint, { vetting }: Prepared, signal: AbortSignal): Promise<number> {
  const { url, method, expectedStatus, allowAddresses } = endpoint;
  const wantsRedirect = expectedStatus?.some((status) => status >= 300 && status < 400) ?? false;
  return statusOf({ url, method, followRedirects: !wantsRedirect, vet: vetting(allowAddresses), signal });
}

function unexpected({ method, url, expectedStatus }: Endpoint, status: number): HttpStatusError | undefined {
  const isExpected = expectedStatus?.includes(status) ?? (status >= 200 && status < 300);
  if (isExpected) return undefined;
  return new HttpStatusError({ status, method, url, expected: expectedStatus?.join(' or ') ?? '2xx' });
}

/** An error that names the endpoint; what was thrown, and decides how it is classified, is its cause. */
function withoutAnswer({ method, url }: Endpoint, thrown: unknown): Error {
  const { message } = summarizeError(thrown, 0);
  const code = errorClassOf(thrown);
  const told = message.includes(code) || code === 'Error' ? message : `${code}: ${message}`;
  return new Error(`${method} ${mask(url)}: ${told}`, { cause: thrown });
}
