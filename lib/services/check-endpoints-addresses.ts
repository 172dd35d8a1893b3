/**
 * Where check-endpoints may connect to. A URL, a redirect or a name's answer may point at a place that hands out credentials to
 * whoever asks from this machine, so such addresses are refused unless an endpoint allows them.
 */

import { BlockList, isIP } from 'node:net';
import type { Surroundings } from '../service/index.ts';
import { isInLambda } from '../service/index.ts';

/**
 * Tells why an address is not to be connected to; `undefined` if it may be. Whatever is no address is refused.
 * @param ledBy the address of the server whose redirect led there; absent where an endpoint's own URL does
 */
export type Vet = (address: string, ledBy?: string) => string | undefined;

/** An address that was refused before a connection was made. Not transient: asking again would meet it again. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';
  readonly code = 'refused-address';
  readonly address: string;

  constructor(host: string, address: string, reason: string) {
    const where = host === address ? address : `${host} is at ${address}, which`;
    super(`${where} is ${reason}; nothing was sent there (an endpoint's allowAddresses may let it)`);
    this.address = address;
  }
}

/** Link-local addresses, and those outside of them at which a cloud serves metadata and credentials to its instances. */
const METADATA = [
  ...['169.254.0.0/16', 'fe80::/10'],
  // AWS: instance metadata, EKS Pod Identity, DNS and time over IPv6.
  'fd00:ec2::/32',
  // Azure's host agent.
  '168.63.129.16/32',
  // Google Cloud over IPv6.
  'fd20:ce::254/128',
  // Alibaba Cloud.
  ...['100.100.100.200/32', 'fd00:100::100:200/128'],
  // Oracle Cloud, its classic form and IPv6.
  ...['192.0.0.192/32', 'fd00:c1::a9fe:a9fe/128'],
  // Scaleway and Linode over IPv6.
  ...['fd00:42::42/128', 'fd00:a9fe:a9fe::1/128'],
];

/** The machine itself. In Lambda nothing but the runtime's own interface and the extensions' listens there. */
const LOOPBACK = ['127.0.0.0/8', '::1/128', '0.0.0.0/8', '::/128'];

/** Where only those inside reach: the machine itself, private and shared ranges, unique local addresses. */
const INSIDE = [...LOOPBACK, '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

/** What stands before an IPv4 address written as one of IPv6: compatible, translated, NAT64. The mapped form `BlockList` knows itself. */
const EMBEDDINGS = ['::', '::ffff:0:', '64:ff9b::'];

/**
 * How addresses are judged in these surroundings. Link-local and metadata addresses are refused; in Lambda, where the interface of
 * the runtime listens on the machine itself, loopback is as well. Private ranges are worth watching: they are refused only where a
 * redirect from outside leads there, since whoever sent it could not get in by himself.
 * @returns a judge of addresses, for an endpoint that allows these addresses and ranges
 */
export function vettingIn(env: Surroundings['env']): (allowed?: readonly string[]) => Vet {
  const rules = [
    { refused: rangesOf(METADATA), reason: "link-local or a cloud's metadata service" },
    ...(isInLambda(env)
      ? [{ refused: rangesOf([...LOOPBACK, ...runtimeOf(env)]), reason: "the function's own machine" }]
      : []),
  ];
  const inside = rangesOf(INSIDE);
  return (allowed = []) => {
    const exempt = rangesOf(allowed);
    return (address, ledBy) => {
      if (isIP(address) === 0) return 'no address';
      if (isAmong(exempt, address)) return undefined;
      const rule = rules.find(({ refused }) => isAmong(refused, address));
      if (rule !== undefined || ledBy === undefined) return rule?.reason;
      const ledInside = isAmong(inside, address) && !isAmong(inside, ledBy);
      return ledInside ? 'private, and a redirect from outside led there' : undefined;
    };
  };
}

function isAmong(ranges: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && ranges.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** The address that a URL names its host by; `undefined` where that is a name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
}

/** Where Lambda's runtime interface is, should it be elsewhere than on loopback. */
function runtimeOf({ AWS_LAMBDA_RUNTIME_API = '' }: Surroundings['env']): string[] {
  const host = AWS_LAMBDA_RUNTIME_API.replace(/:\d+$/, '');
  return isIP(host) === 4 ? [host] : [];
}

/** Addresses and ranges such as `10.0.0.0/8`, each in every form that means the same place. */
function rangesOf(written: readonly string[]): BlockList {
  const ranges = new BlockList();
  for (const range of written) {
    const [address = '', prefix] = range.split('/');
    if (isIP(address) === 6) ranges.addSubnet(address, Number(prefix ?? 128), 'ipv6');
    else {
      const bits = Number(prefix ?? 32);
      ranges.addSubnet(address, bits, 'ipv4');
      for (const embedding of EMBEDDINGS) ranges.addSubnet(`${embedding}${address}`, 96 + bits, 'ipv6');
    }
  }
  return ranges;
}
