/** HTTP for workloads: `fetch` doesn't throw for an error status such as 500, `raiseForStatus` does. */
import { escaped, mask } from '../text/index.ts';
import { parseHttpDate, SECOND } from '../time/index.ts';

/** The data of an HTTP answer, from which an {@link HttpStatusError} is made. */
export interface HttpAnswer {
  readonly status: number;
  readonly method: string;
  readonly url: string;
  /** How long the server asked its clients to wait, in milliseconds. */
  readonly retryAfter?: number | undefined;
  /** The statuses that the caller expected, such as `200 or 204`, for the message of the error. */
  readonly expected?: string | undefined;
}

/** The error of an HTTP answer with a status that the sender of the request can't use. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError';
  readonly code = 'http-status';
  readonly status: number;
  readonly method: string;
  /** The URL of the request, with credentials masked. */
  readonly url: string;
  /**
   * How long the server asked its clients to wait before the next request, in milliseconds; `undefined` if it didn't
   * ask.
   */
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
 * How long the headers of an answer ask clients to wait before the next request, in milliseconds. `Retry-After` is a
 * number of seconds, or an HTTP date. From such a date the header `Date` of the same answer is subtracted, so that no
 * clock is needed. `undefined` if `Retry-After`, or the `Date` that it needs, is missing or doesn't have the form of
 * RFC 9110.
 */
export function retryAfterIn(headers: Pick<Headers, 'get'>): number | undefined {
  const written = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(written)) return Number(written) * SECOND;
  const until = parseHttpDate(written);
  const sent = parseHttpDate(headers.get('date')?.trim() ?? '');
  return until === undefined || sent === undefined ? undefined : Math.max(0, until - sent);
}
