/**
 * The IPv4 addresses that an IPv6 address can carry. A packet to such an IPv6 address may be delivered to the IPv4
 * address that it carries, by the operating system itself, by a translator (NAT64) or through a tunnel.
 */
import { isIPv6 } from 'node:net';

/** A format of IPv6 addresses that carry an IPv4 address. */
interface Embedding {
  /**
   * The bytes by which the format is recognised, from byte `at` of the IPv6 address on. One of these lists must match.
   */
  readonly prefixes: readonly (readonly number[])[];
  readonly at: number;
  /**
   * The positions of the four bytes of the IPv4 address. If there are several lists, each gives one IPv4 address that
   * the IPv6 address may carry.
   */
  readonly positions: readonly (readonly [number, number, number, number])[];
  /** Whether the bytes of the IPv4 address are written inverted. */
  readonly inverted?: true;
  /** Whether the IPv6 address counts as carrying an IPv4 address in 0.0.0.0/8. @default true */
  readonly readsZero?: false;
}

const LAST = [12, 13, 14, 15] as const;

const EMBEDDINGS: readonly Embedding[] = [
  // IPv4-compatible and IPv4-mapped (RFC 4291), IPv4-translated (RFC 7915), NAT64 (RFC 6052).
  {
    prefixes: [
      zeros(12),
      [...zeros(10), 0xff, 0xff],
      [...zeros(8), 0xff, 0xff, 0, 0],
      [0, 0x64, 0xff, 0x9b, ...zeros(8)],
    ],
    at: 0,
    positions: [LAST],
  },
  // NAT64 with a network's own prefix (RFC 8215). The prefix may have 48, 56, 64 or 96 bits. So the address may carry
  // any of four IPv4 addresses. One in 0.0.0.0/8 doesn't count: no translator delivers there, and reading with the
  // wrong length of prefix often gives such an address.
  {
    prefixes: [[0, 0x64, 0xff, 0x9b, 0, 1]],
    at: 0,
    positions: [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], LAST],
    readsZero: false,
  },
  // 6to4 (RFC 3056).
  { prefixes: [[0x20, 0x02]], at: 0, positions: [[2, 3, 4, 5]] },
  // Teredo (RFC 4380): the address of the server, then the address of the client, which is written inverted.
  { prefixes: [[0x20, 0x01, 0, 0]], at: 0, positions: [[4, 5, 6, 7]] },
  { prefixes: [[0x20, 0x01, 0, 0]], at: 0, positions: [LAST], inverted: true },
  // ISATAP (RFC 5214): these four bytes and then the IPv4 address, after a network prefix of any 64 bits.
  {
    prefixes: [
      [0, 0, 0x5e, 0xfe],
      [2, 0, 0x5e, 0xfe],
    ],
    at: 8,
    positions: [LAST],
  },
];

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

/** Returns every IPv4 address that the IPv6 address can carry; an empty list if the text is no IPv6 address. */
export function embeddedAddresses(address: string): string[] {
  if (!isIPv6(address)) return [];
  const bytes = bytesOf(address);
  return EMBEDDINGS.flatMap(({ prefixes, at, positions, inverted, readsZero = true }) => {
    const matches = prefixes.some((prefix) => prefix.every((byte, index) => bytes[at + index] === byte));
    if (!matches) return [];
    const byteAt = (position: number) => (bytes[position] ?? 0) ^ (inverted === true ? 0xff : 0);
    const readings = positions.map((four) => four.map(byteAt));
    return readings.filter(([first]) => readsZero || first !== 0).map((four) => four.join('.'));
  });
}

/** Returns the 16 bytes of an IPv6 address. A zone, such as `%eth0`, is left out. */
function bytesOf(address: string): number[] {
  const [withoutZone = ''] = address.split('%');
  const [head = [], tail] = withoutZone.split('::').map(bytesOfGroups);
  if (tail === undefined) return head;
  return [...head, ...zeros(16 - head.length - tail.length), ...tail];
}

/** Returns the bytes of the groups between colons. The last group may be an IPv4 address. */
function bytesOfGroups(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
