/** HTTP for workloads: `fetch` does not throw on a status, so this does. */
import { mask } from '../text/index.ts';
import { parseHttpDate, SECOND } from '../time/index.ts';

/** An answer that its caller can't use. */
export interface HttpAnswer {
  readonly status: number;
  readonly method: string;
  readonly url: string;
  /** How long the server asked to be left alone, in milliseconds. */
  readonly retryAfter?: number | undefined;
  /** The expected statuses, where they need saying: `200 or 204`. */
  readonly expected?: string | undefined;
}

/** A server answered with a status that the caller can't use. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError';
  readonly code = 'http-status';
  readonly status: number;
  readonly method: string;
  /** With credentials masked. */
  readonly url: string;
  /** How long the server asked to be left alone, in milliseconds; `undefined` if it didn't ask. */
  readonly retryAfter: number | undefined;

  constructor(answer: HttpAnswer) {
    const url = mask(answer.url);
    const request = url === '' ? answer.method : `${answer.method} ${url}`;
    super(
      `${request} answered ${answer.status}${answer.expected === undefined ? '' : `, expected ${answer.expected}`}`,
    );
    this.status = answer.status;
    this.method = answer.method;
    this.url = url;
    this.retryAfter = answer.retryAfter;
  }
}

/**
 * The response itself, if its status is below 400. The body stays unread.
 * @param request.method the method of the request, which a response doesn't have. @default 'GET'
 * @throws HttpStatusError for status 400 and above
 */
export function raiseForStatus(response: Response, { method = 'GET' }: { readonly method?: string } = {}): Response {
  if (response.status < 400) return response;
  const { status, url, headers } = response;
  throw new HttpStatusError({ status, method, url, retryAfter: retryAfterIn(headers) });
}

/**
 * How long the headers ask to be left alone, in milliseconds: `Retry-After` as seconds, or as an HTTP date counted from
 * the answer's own `Date`, so that no clock is needed. `undefined` without such a header, or if it has no form of RFC
 * 9110.
 */
export function retryAfterIn(headers: Pick<Headers, 'get'>): number | undefined {
  const written = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(written)) return Number(written) * SECOND;
  const until = parseHttpDate(written);
  const sent = parseHttpDate(headers.get('date')?.trim() ?? '');
  return until === undefined || sent === undefined ? undefined : Math.max(0, until - sent);
}
