/** HTTP for workloads: `fetch` does not throw on a status, `raiseForStatus` does. */
import { escaped, mask } from '../text/index.ts';
import { parseHttpDate, SECOND } from '../time/index.ts';

/** The facts about an HTTP answer that its caller can't use. */
export interface HttpAnswer {
  readonly status: number;
  readonly method: string;
  readonly url: string;
  /** How long the server asked its clients to wait, in milliseconds. */
  readonly retryAfter?: number | undefined;
  /** The expected statuses, such as `200 or 204`, for the message of the error. */
  readonly expected?: string | undefined;
}

/** The error of an HTTP answer with a status that the caller can't use. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError';
  readonly code = 'http-status';
  readonly status: number;
  readonly method: string;
  /** The requested URL, with credentials masked. */
  readonly url: string;
  /** How long the server asked its clients to wait, in milliseconds; `undefined` if it didn't ask. */
  readonly retryAfter: number | undefined;

  constructor(answer: HttpAnswer) {
    const [method, url] = [escaped(answer.method), escaped(mask(answer.url))];
    const request = url === '' ? method : `${method} ${url}`;
    const expected = answer.expected === undefined ? '' : `, expected ${answer.expected}`;
    super(`${request} answered ${answer.status}${escaped(expected)}`);
    this.status = answer.status;
    this.method = method;
    this.url = url;
    this.retryAfter = answer.retryAfter;
  }
}

/**
 * Returns the response if its status is below 400. The body is not read.
 * @param request.method the method of the request, which a response doesn't contain. @default 'GET'
 * @throws HttpStatusError for status 400 and above
 */
export function raiseForStatus(response: Response, { method = 'GET' }: { readonly method?: string } = {}): Response {
  if (response.status < 400) return response;
  const { status, url, headers } = response;
  throw new HttpStatusError({ status, method, url, retryAfter: retryAfterIn(headers) });
}

/**
 * How long the headers ask clients to wait, in milliseconds. `Retry-After` is a number of seconds, or an HTTP date from
 * which the `Date` of the answer is subtracted, so that no clock is needed. `undefined` without such a header, or if
 * its form is not that of RFC 9110.
 */
export function retryAfterIn(headers: Pick<Headers, 'get'>): number | undefined {
  const written = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(written)) return Number(written) * SECOND;
  const until = parseHttpDate(written);
  const sent = parseHttpDate(headers.get('date')?.trim() ?? '');
  return until === undefined || sent === undefined ? undefined : Math.max(0, until - sent);
}
