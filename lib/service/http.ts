import { escaped, mask, TickoverError } from '../text/index.ts';
import { parseHttpDate, SECOND } from '../time/index.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly method: string;
  readonly url: string;
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfter?: number | undefined;
  /** The expected statuses for the message of the error, such as `200 or 204`. */
  readonly expected?: string | undefined;
}

/** The error of an HTTP answer whose status is not one of the expected ones. */
export class HttpStatusError extends TickoverError {
  override readonly name = 'HttpStatusError';
  readonly code = 'http-status';
  readonly status: number;
  readonly method: string;
  /** The URL of the request, with credentials masked. */
  readonly url: string;
  /** How long the server asked to wait before the next request, in milliseconds; `undefined` if it didn't ask. */
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
 * @param request.method the HTTP method for the message of the error. @default 'GET'
 * @throws HttpStatusError for status 400 and above
 */
export function raiseForStatus(response: Response, { method = 'GET' }: { readonly method?: string } = {}): Response {
  if (response.status < 400) return response;
  const { status, url, headers } = response;
  throw new HttpStatusError({ status, method, url, retryAfter: retryAfterIn(headers) });
}

/**
 * How long the header `Retry-After` of an answer asks to wait, in milliseconds; `undefined` if the header is missing or
 * malformed. A date in it is compared with the `Date` header of the same answer, not with a local clock.
 */
export function retryAfterIn(headers: Pick<Headers, 'get'>): number | undefined {
  const written = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(written)) return Number(written) * SECOND;
  const until = parseHttpDate(written);
  const sent = parseHttpDate(headers.get('date')?.trim() ?? '');
  return until === undefined || sent === undefined ? undefined : Math.max(0, until - sent);
}
