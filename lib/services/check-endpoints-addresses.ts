/**
 * The addresses to which check-endpoints may connect. A URL or a redirect may lead to a server that gives credentials
 * to any program on this machine, such as a cloud's metadata service. Addresses of such servers are refused, unless the
 * option `allowAddresses` of the endpoint contains them.
 */

import { BlockList, isIP } from 'node:net';
import { isInLambda, type Surroundings } from '../service/index.ts';
import { TickoverError } from '../text/index.ts';
import { embeddedAddresses } from './check-endpoints-embedded.ts';

/**
 * Returns the reason to refuse a connection to an IP address; `undefined` if check-endpoints may connect.
 * @param redirectedBy the address of the server that redirected to `address`; absent if there was no redirect
 */
export type Vet = (address: string, redirectedBy?: string) => string | undefined;

/**
 * The error of an address to which check-endpoints may not connect. The error isn't transient, since the next try would
 * be refused too.
 */
export class RefusedAddressError extends TickoverError {
  override readonly name = 'RefusedAddressError';
  readonly code = 'refused-address';
  readonly address: string;

  constructor(host: string, address: string, reason: string) {
    const where = host === address ? address : `${host} is at ${address}, which`;
    super(`${where} is ${reason}; nothing was sent there (an endpoint's allowAddresses may let it)`);
    this.address = address;
  }
}

/** Link-local addresses, and other addresses at which a cloud gives credentials to its virtual machines. */
const METADATA = [
  ...['169.254.0.0/16', 'fe80::/10'],
  // AWS's metadata service and DNS over IPv6.
  'fd00:ec2::/32',
  // Azure's host agent.
  '168.63.129.16/32',
  // Google Cloud's metadata service over IPv6.
  'fd20:ce::254/128',
  // Alibaba Cloud's metadata service.
  ...['100.100.100.200/32', 'fd00:100::100:200/128'],
  // Oracle Cloud's metadata services.
  ...['192.0.0.192/32', 'fd00:c1::a9fe:a9fe/128'],
  // The metadata services of Scaleway and Linode over IPv6.
  ...['fd00:42::42/128', 'fd00:a9fe:a9fe::1/128'],
];

/** Loopback addresses. In Lambda only the APIs of the Lambda runtime and of Lambda extensions listen there. */
const LOOPBACK = ['127.0.0.0/8', '::1/128', '0.0.0.0/8', '::/128'];

/**
 * Addresses that can't be reached from the public internet, by IANA's special-purpose registries: private ones,
 * multicast and the like.
 */
const INSIDE = [
  ...LOOPBACK,
  // Private, shared, link-local, and unique local addresses.
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'],
  // Site-local, retired by RFC 3879; relays of 6to4, retired by RFC 7526.
  ...['fec0::/10', '192.88.99.0/24'],
  // Addresses for IETF protocols, and for segment routing.
  ...['192.0.0.0/24', '2001::/23', '5f00::/16'],
  // Addresses for benchmarks, and for documentation.
  ...['198.18.0.0/15', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'],
  // Discard-only and dummy prefixes, addresses reserved for the future, and broadcast.
  ...['100::/64', '100:0:0:1::/64', '240.0.0.0/4'],
  // Multicast addresses.
  ...['224.0.0.0/4', 'ff00::/8'],
];

/** Parts of the ranges in `INSIDE` that can be reached from the public internet. */
const OUTSIDE = [
  ...['192.0.0.9/32', '192.0.0.10/32', '2001:1::1/128', '2001:1::2/128', '2001:1::3/128'],
  ...['2001:3::/32', '2001:4:112::/48', '2001:20::/28', '2001:30::/28', '2001::/32'],
];

/**
 * Returns a function that makes a {@link Vet}, a function that refuses addresses, from the addresses that an endpoint
 * allows. Refused are link-local and metadata addresses, in Lambda also loopback addresses, and after a redirect from a
 * public address also private addresses.
 */
export function vettingIn(env: Surroundings['env']): (allowed?: readonly string[]) => Vet {
  const rules = [
    { refused: rangesOf(METADATA), reason: "link-local or a cloud's metadata service" },
    ...(isInLambda(env)
      ? [{ refused: rangesOf([...LOOPBACK, ...runtimeOf(env)]), reason: "the function's own machine" }]
      : []),
  ];
  const [inside, outside] = [rangesOf(INSIDE), rangesOf(OUTSIDE)];
  const isInside = (address: string) => isAmong(inside, address) && !isAmong(outside, address);
  return (allowed = []) => {
    const exempt = rangesOf(allowed);
    return (address, redirectedBy) => {
      if (isIP(address) === 0) return 'no address';
      if (isAmong(exempt, address)) return undefined;
      const forms = [address, ...embeddedAddresses(address)].filter((form) => !isAmong(exempt, form));
      const rule = rules.find(({ refused }) => forms.some((form) => isAmong(refused, form)));
      if (rule !== undefined || redirectedBy === undefined) return rule?.reason;
      const redirectedInside = forms.some(isInside) && !isInside(redirectedBy);
      return redirectedInside ? 'private, and a redirect from outside led there' : undefined;
    };
  };
}

function isAmong(ranges: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && ranges.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** Returns the IP address in a URL; `undefined` if the URL has a host name instead. */
export function literalAddress({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
}

function runtimeOf({ AWS_LAMBDA_RUNTIME_API = '' }: Surroundings['env']): string[] {
  const host = AWS_LAMBDA_RUNTIME_API.replace(/:\d+$/, '');
  return isIP(host) === 4 ? [host] : [];
}

function rangesOf(written: readonly string[]): BlockList {
  const ranges = new BlockList();
  for (const range of written) {
    const [address = '', prefix] = range.split('/');
    const [family, bits] = isIP(address) === 6 ? (['ipv6', 128] as const) : (['ipv4', 32] as const);
    ranges.addSubnet(address, Number(prefix ?? bits), family);
  }
  return ranges;
}
