/**
 * check-endpoints: requests a list of URLs and checks the HTTP statuses. No error halts this service at once, since a
 * monitor must not stop.
 */
import { defineService, HttpStatusError, type RunContext, type Service } from '../service/index.ts';
import { errorClassOf, mask, summarizeError, toSafeCause, withoutUndefined } from '../text/index.ts';
import { withTimeLimit } from '../time/index.ts';
import { type Vet, vettingIn } from './check-endpoints-addresses.ts';
import { statusOf } from './check-endpoints-request.ts';
import { ENDPOINTS_VARIABLE, type Endpoint, endpointsIn, LONGEST_RUN } from './check-endpoints-settings.ts';

export interface EndpointResult {
  readonly url: string;
  readonly ok: boolean;
  /** The HTTP status of the answer; absent if there was no answer. */
  readonly status?: number;
  readonly durationMs: number;
  /** Why the endpoint failed, in one line; absent if it didn't fail. */
  readonly error?: string;
}

interface Check {
  readonly result: EndpointResult;
  readonly error?: Error;
  readonly skipped?: true;
}

interface Prepared {
  readonly endpoints: readonly Endpoint[];
  readonly vetting: (allowed?: readonly string[]) => Vet;
}

const MOST_AT_ONCE = 5;

/**
 * The service check-endpoints. Its workload returns an {@link EndpointResult} for each endpoint. If an endpoint failed,
 * the workload throws an AggregateError with one error for each failure, and with the `results` of all endpoints.
 * Endpoints that were not requested before the time of the run was up count as failed.
 *
 * Five requests go on at the same time, for at most 45 s. If every endpoint takes 10 s, a run has time for 20
 * endpoints.
 *
 * Environment: `TICKOVER_ENDPOINTS`, see {@link endpointsIn}.
 */
export const checkEndpoints: Service<readonly EndpointResult[]> = defineService<Prepared, readonly EndpointResult[]>({
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
  for (const { result, skipped } of checks) {
    const { ok, url, durationMs, status, error } = result;
    const fields = withoutUndefined({ url, durationMs, status, error });
    if (!ok) log.warn(skipped ? 'endpoint not asked' : 'endpoint failed', fields);
  }
  throw Object.assign(new AggregateError(errors, summaryOf(checks, errors)), { results });
}

function summaryOf(checks: readonly Check[], errors: readonly Error[]): string {
  const skipped = checks.filter((each) => each.skipped).length;
  const failed = `${errors.length - skipped} of ${checks.length} endpoints failed`;
  return `${failed}${skipped === 0 ? '' : `, ${skipped} not asked`}: ${errors.map(({ message }) => message).join('; ')}`;
}

/**
 * Calls `work` for every item, at most `most` at the same time. The results are in the order of the items. `work` must
 * not reject.
 */
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
  if (signal.aborted) return skippedCheck(endpoint, signal);
  const startedAt = clock.now();
  const resultOf = (rest: Pick<EndpointResult, 'ok' | 'status' | 'error'>): EndpointResult => ({
    url: mask(endpoint.url),
    durationMs: clock.now() - startedAt,
    ...rest,
  });
  try {
    const status = await withTimeLimit(clock, endpoint.timeout, (late) =>
      request(endpoint, prepared, AbortSignal.any([signal, late])),
    );
    const error = statusError(endpoint, status);
    if (error === undefined) return { result: resultOf({ ok: true, status }) };
    return { result: resultOf({ ok: false, status, error: error.message }), error };
  } catch (caught) {
    const error = requestError(endpoint, caught);
    return { result: resultOf({ ok: false, error: error.message }), error };
  }
}

function skippedCheck({ method, url }: Endpoint, { reason }: AbortSignal): Check {
  const error = new Error(`${method} ${mask(url)}: not asked before the run ended`, {
    cause: toSafeCause(reason),
  });
  return { result: { url: mask(url), ok: false, durationMs: 0, error: error.message }, error, skipped: true };
}

function request(endpoint: Endpoint, { vetting }: Prepared, signal: AbortSignal): Promise<number> {
  const { url, method, expectedStatus, allowAddresses } = endpoint;
  const wantsRedirect = expectedStatus?.some((status) => status >= 300 && status < 400) ?? false;
  return statusOf({ url, method, followRedirects: !wantsRedirect, vet: vetting(allowAddresses), signal });
}

function statusError({ method, url, expectedStatus }: Endpoint, status: number): HttpStatusError | undefined {
  const isExpected = expectedStatus?.includes(status) ?? (status >= 200 && status < 300);
  if (isExpected) return undefined;
  return new HttpStatusError({ status, method, url, expected: expectedStatus?.join(' or ') ?? '2xx' });
}

function requestError({ method, url }: Endpoint, cause: unknown): Error {
  const { message } = summarizeError(cause, 0);
  const code = errorClassOf(cause);
  const named = message.includes(code) || code === 'Error' ? message : `${code}: ${message}`;
  return new Error(`${method} ${mask(url)}: ${named}`, { cause: toSafeCause(cause) });
}
