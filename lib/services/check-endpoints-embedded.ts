/**
 * Finds the IPv4 addresses inside IPv6 addresses. A packet to such an IPv6 address may reach the IPv4 address inside,
 * through a translator (NAT64) or a tunnel.
 */
import { isIPv6 } from 'node:net';

/** A format of IPv6 addresses that contain an IPv4 address. */
interface Embedding {
  /** An IPv6 address has the format if its bytes from `at` on begin with one of these lists. */
  readonly prefixes: readonly (readonly number[])[];
  readonly at: number;
  /**
   * The positions of the four bytes of the IPv4 address. With several lists, the IPv4 address may be at any of these
   * positions.
   */
  readonly positions: readonly (readonly [number, number, number, number])[];
  /** Whether each bit of the IPv4 address is inverted. */
  readonly inverted?: true;
  /** Whether IPv4 addresses in 0.0.0.0/8 count as well. @default true */
  readonly readsZero?: false;
}

const LAST = [12, 13, 14, 15] as const;

const EMBEDDINGS: readonly Embedding[] = [
  // The formats IPv4-compatible and IPv4-mapped (RFC 4291), IPv4-translated (RFC 7915) and NAT64 (RFC 6052).
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
  // The format NAT64 (RFC 8215). Its prefix has 48, 56, 64 or 96 bits, so the IPv4 address may be at four positions.
  // Results in 0.0.0.0/8 are ignored, since they come from a wrong position.
  {
    prefixes: [[0, 0x64, 0xff, 0x9b, 0, 1]],
    at: 0,
    positions: [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], LAST],
    readsZero: false,
  },
  // The format 6to4 (RFC 3056).
  { prefixes: [[0x20, 0x02]], at: 0, positions: [[2, 3, 4, 5]] },
  // The format Teredo (RFC 4380) contains two IPv4 addresses: that of the server, and that of the client with all bits
  // inverted.
  { prefixes: [[0x20, 0x01, 0, 0]], at: 0, positions: [[4, 5, 6, 7]] },
  { prefixes: [[0x20, 0x01, 0, 0]], at: 0, positions: [LAST], inverted: true },
  // The format ISATAP (RFC 5214): any 64 bits, four fixed bytes, and the IPv4 address.
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

/** Returns every IPv4 address that may be inside an IPv6 address; an empty list if the text is no IPv6 address. */
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

function bytesOf(address: string): number[] {
  const [withoutZone = ''] = address.split('%');
  const [head = [], tail] = withoutZone.split('::').map(bytesOfGroups);
  if (tail === undefined) return head;
  return [...head, ...zeros(16 - head.length - tail.length), ...tail];
}

function bytesOfGroups(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
