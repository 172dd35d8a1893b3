/**
 * Requests one URL and returns the HTTP status of the answer. `fetch` is not used: it would resolve the host name
 * itself, perhaps to an address that was not checked.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { cut, mask, withoutUndefined } from '../text/index.ts';
import { abortable } from '../time/index.ts';
import { literalAddress, RefusedAddressError, type Vet } from './check-endpoints-addresses.ts';

/** Resolves a host name to all its addresses, like `dns.lookup` of Node with the option `all`. */
export type Resolve = (
  name: string,
  options: { readonly all: true; readonly family?: number | 'IPv4' | 'IPv6' | undefined },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

export interface StatusRequest {
  /** A URL of http or https. A user and password in it are sent as an Authorization header. */
  readonly url: string;
  readonly method: string;
  /** Whether to follow redirects. If not, the status of the redirect itself is returned. */
  readonly followRedirects: boolean;
  readonly vet: Vet;
  readonly signal: AbortSignal;
  /** Resolves host names. @default the resolver of the machine */
  readonly resolve?: Resolve;
}

interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly authorization?: string;
  /** The address of the server that redirected to `url`; absent for the first request. */
  readonly redirectedBy?: string;
}

/** `fetch` follows at most 20 redirects too. */
const MOST_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Some servers refuse a request without these headers. */
const HEADERS = { accept: '*/*', 'user-agent': 'tickover' };

/**
 * Returns the HTTP status of the answer, without reading a body. The address of each redirect is checked. User and
 * password are sent only to the origin of the request's URL. Ends as soon as the signal is aborted.
 * @throws RefusedAddressError for an address that is not allowed; the error of the connection; the reason of the signal
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
  /** The address of the server that answered; empty if the connection is already closed. */
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
      // Node's default agent may reuse a connection or use a proxy, whose address was not checked.
      agent: false,
      lookup: vettedLookup(vet, resolveName),
      signal,
    });
    const answered = ({ statusCode: status = 0, headers, socket }: IncomingMessage) =>
      resolve({ status, location: headers.location, from: socket.remoteAddress ?? '' });
    outgoing.once('response', (response) => {
      answered(response);
      // Node reports an unread body as an error, which is ignored here.
      response.once('error', () => {}).destroy();
    });
    // An answer with status 101 (the server changes the protocol) comes as the event `upgrade`.
    outgoing.once('upgrade', (response, socket) => {
      answered(response);
      socket.once('error', () => {}).destroy();
    });
    outgoing.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    // `close` is the last event. After an answer or an error, this rejection has no effect.
    outgoing.once('close', () => reject(unanswered()));
    outgoing.end();
  });
}

/**
 * The error of a connection that was closed before an answer. The code is Node's code for a connection that the server
 * reset.
 */
function unanswered(): Error {
  return Object.assign(new Error('the connection was closed without an answer'), { code: 'ECONNRESET' });
}

/**
 * Throws if the URL contains an IP address that is refused. Node doesn't look up an IP address, so `vettedLookup` can't
 * check it.
 */
function refuseLiteral(url: URL, vet: Vet): void {
  const address = literalAddress(url);
  const reason = address === undefined ? undefined : vet(address);
  if (address !== undefined && reason !== undefined) throw new RefusedAddressError(address, address, reason);
}

/** Returns a lookup function for Node that fails if `vet` refuses any address of the host name. */
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
