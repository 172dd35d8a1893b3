/**
 * Requests the status of one URL. Doesn't use `fetch`: it vets every address before the connection and connects to the
 * vetted address, so that a name can't resolve differently the second time.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { cut, mask, withoutUndefined } from '../text/index.ts';
import { abortable } from '../time/index.ts';
import { literalAddress, RefusedAddressError, type Vet } from './check-endpoints-addresses.ts';

/** Resolves a name to all its addresses, like Node's `dns.lookup` with the option `all`. */
export type Resolve = (
  name: string,
  options: { readonly all: true; readonly family?: number | 'IPv4' | 'IPv6' | undefined },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/** A request for a status, and the rules that it follows. */
export interface StatusRequest {
  /** A URL of http or https. User and password in it are sent as a header. */
  readonly url: string;
  readonly method: string;
  /** Whether to follow redirects and return the status at their end, instead of the first status. */
  readonly followRedirects: boolean;
  readonly vet: Vet;
  readonly signal: AbortSignal;
  /** Resolves host names. @default the resolver of the machine */
  readonly resolve?: Resolve;
}

/** One request in a chain of redirects. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly authorization?: string;
  /** The address of the server that sent the redirect. */
  readonly redirectedBy?: string;
}

/** The largest number of redirects, the same as in `fetch`. */
const MOST_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Some servers refuse a request without these headers. */
const HEADERS = { accept: '*/*', 'user-agent': 'tickover' };

/**
 * Returns the status of the answer. Leaves bodies unread and keeps no connections. Follows redirects as `fetch` does
 * and vets each; sends user and password to their own origin alone. Ends as soon as the signal is aborted, whatever the
 * server or the resolver does.
 * @throws RefusedAddressError for an address that is not allowed; the connection's error; the signal's reason
 */
export async function statusOf(request: StatusRequest): Promise<number> {
  return abortable(request.signal, () => statusBehindRedirects(request));
}

async function statusBehindRedirects(request: StatusRequest): Promise<number> {
  let hop = firstHop(request);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const { status, location, from } = await answerTo(hop, request);
    if (!request.followRedirects || location === undefined || !REDIRECTS.has(status)) return status;
    hop = { ...redirected(hop, status, location), redirectedBy: from };
  }
  throw new Error(`redirected more than ${MOST_REDIRECTS} times`);
}

function firstHop({ url: written, method }: StatusRequest): Hop {
  const url = new URL(written);
  if (url.username === '' && url.password === '') return { url, method };
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return { url: withoutCredentials(url), method, authorization };
}

function withoutCredentials(url: URL): URL {
  return Object.assign(new URL(url.href), { username: '', password: '' });
}

function redirected({ url, method, authorization }: Hop, status: number, location: string): Hop {
  const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  if (next === undefined || !/^https?:$/.test(next.protocol)) {
    throw new Error(`redirected to '${cut(mask(location), 200)}', expected a URL of http or https`);
  }
  const becomesGet = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST';
  return withoutUndefined({
    url: withoutCredentials(next),
    method: becomesGet ? 'GET' : method,
    authorization: next.origin === url.origin ? authorization : undefined,
  });
}

interface HopAnswer {
  readonly status: number;
  readonly location: string | undefined;
  /** The address that answered; empty if the connection is closed already. */
  readonly from: string;
}

function answerTo({ url, method, authorization, redirectedBy }: Hop, request: StatusRequest): Promise<HopAnswer> {
  const { signal, resolve: resolveName = lookup } = request;
  const vet: Vet = (address) => request.vet(address, redirectedBy);
  refuseLiteral(url, vet);
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method,
      headers: withoutUndefined({ ...HEADERS, authorization }),
      // Node's own agent may reuse connections or a proxy, and would then connect to an address that was not vetted.
      agent: false,
      lookup: vettedLookup(vet, resolveName),
      signal,
    });
    const answered = ({ statusCode: status = 0, headers, socket }: IncomingMessage) =>
      resolve({ status, location: headers.location, from: socket.remoteAddress ?? '' });
    outgoing.once('response', (response) => {
      answered(response);
      // Node reports an unread body as an error.
      response.once('error', () => {}).destroy();
    });
    // The server switches to another protocol: this is its whole answer.
    outgoing.once('upgrade', (response, socket) => {
      answered(response);
      socket.once('error', () => {}).destroy();
    });
    outgoing.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    // It comes behind every other event. Where none of them settled the request, there is no answer.
    outgoing.once('close', () => reject(unanswered()));
    outgoing.end();
  });
}

/** The connection ended before an answer, without an error of its own. It has the code of such errors. */
function unanswered(): Error {
  return Object.assign(new Error('the connection was closed without an answer'), { code: 'ECONNRESET' });
}

/** Node connects to a literal address without resolving it. */
function refuseLiteral(url: URL, vet: Vet): void {
  const address = literalAddress(url);
  const reason = address === undefined ? undefined : vet(address);
  if (address !== undefined && reason !== undefined) throw new RefusedAddressError(address, address, reason);
}

/** A lookup that refuses a name if one of its addresses is refused. Node asks either for all addresses or for one. */
function vettedLookup(vet: Vet, resolveName: Resolve): LookupFunction {
  return (name, { family, all }, callback) => {
    resolveName(name, { all: true, family }, (error, addresses) => {
      const [first] = addresses ?? [];
      const fault = error ?? refusalOf(name, addresses, vet);
      if (fault !== undefined || first === undefined) callback(fault ?? new Error(`${name} has no address`), []);
      else if (all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function refusalOf(name: string, addresses: readonly LookupAddress[], vet: Vet): RefusedAddressError | undefined {
  for (const { address } of addresses) {
    const reason = vet(address);
    if (reason !== undefined) return new RefusedAddressError(name, address, reason);
  }
  return undefined;
}
