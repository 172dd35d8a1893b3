/**
 * Asking one URL for its status. Not by `fetch`: every address is vetted before a connection is made to it, and the one that was
 * vetted is the one connected to, so that no name can answer differently the second time.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { cut, mask } from '../text/index.ts';
import { literalAddress, RefusedAddressError, type Vet } from './check-endpoints-addresses.ts';

/** Resolves a name to all its addresses, as Node's `dns.lookup` does with `all`. */
export type Resolve = (
  name: string,
  options: { readonly all: true; readonly family?: number | 'IPv4' | 'IPv6' | undefined },
  told: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/** What to ask, and under which rules. */
export interface Question {
  /** Of http or https. User and password are sent as a header. */
  readonly url: string;
  readonly method: string;
  /** Whether the status of a redirect is the answer, or that of where it leads. */
  readonly followRedirects: boolean;
  readonly vet: Vet;
  readonly signal: AbortSignal;
  /** @default the machine's own resolver */
  readonly resolve?: Resolve;
}

/** One request of the chain that redirects make. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly authorization?: string;
  /** The address of the server that redirected here. */
  readonly ledBy?: string;
}

/** As many as `fetch` follows. */
const MOST_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Some servers refuse a request that says neither. */
const HEADERS = { accept: '*/*', 'user-agent': 'tickover' };

/**
 * The status that is answered in the end. Bodies are given up unread, connections aren't kept. Redirects are followed as `fetch`
 * does, each vetted anew; user and password are sent to the origin they were given for alone.
 * @throws RefusedAddressError for an address that must not be connected to; what the connection failed with; the signal's reason
 */
export async function statusOf(question: Question): Promise<number> {
  let hop = firstHop(question);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const { status, location, from } = await answerTo(hop, question);
    if (!question.followRedirects || location === undefined || !REDIRECTS.has(status)) return status;
    hop = { ...redirected(hop, status, location), ledBy: from };
  }
  throw new Error(`redirected more than ${MOST_REDIRECTS} times`);
}

function firstHop({ url: written, method }: Question): Hop {
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
  return {
    url: withoutCredentials(next),
    method: becomesGet ? 'GET' : method,
    ...(authorization === undefined || next.origin !== url.origin ? {} : { authorization }),
  };
}

interface HopAnswer {
  readonly status: number;
  readonly location: string | undefined;
  /** The address that answered; empty where it is gone already. */
  readonly from: string;
}

function answerTo({ url, method, authorization, ledBy }: Hop, question: Question): Promise<HopAnswer> {
  const { signal, resolve: resolveName = lookup } = question;
  const vet: Vet = (address) => question.vet(address, ledBy);
  refuseLiteral(url, vet);
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method,
      headers: { ...HEADERS, ...(authorization === undefined ? {} : { authorization }) },
      // Node's own agent may keep connections, or go by a proxy: neither would lead where it was vetted.
      agent: false,
      lookup: vettedLookup(vet, resolveName),
      signal,
    });
    request.once('response', (response) => {
      const { statusCode: status = 0, headers, socket } = response;
      resolve({ status, location: headers.location, from: socket.remoteAddress ?? '' });
      // Giving it up unread is an error of the connection for Node, but not for us.
      response.once('error', () => {}).destroy();
    });
    request.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    request.end();
  });
}

/** An address written as such is connected to without being looked up. */
function refuseLiteral(url: URL, vet: Vet): void {
  const address = literalAddress(url);
  const reason = address === undefined ? undefined : vet(address);
  if (address !== undefined && reason !== undefined) throw new RefusedAddressError(address, address, reason);
}

/** One refused address among those of a name refuses the name. Node asks for all of them, or for one where it was told to. */
function vettedLookup(vet: Vet, resolveName: Resolve): LookupFunction {
  return (name, { family, all }, told) => {
    resolveName(name, { all: true, family }, (error, addresses) => {
      const [first] = addresses ?? [];
      const fault = error ?? refusalOf(name, addresses, vet);
      if (fault !== undefined || first === undefined) told(fault ?? new Error(`${name} has no address`), []);
      else if (all === true) told(null, addresses);
      else told(null, first.address, first.family);
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
