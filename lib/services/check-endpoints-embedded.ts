/**
 * The addresses of IPv4 that an address of IPv6 can carry. A packet to such an address may be delivered to the one that
 * it carries, by the system itself, a translator (NAT64) or a tunnel.
 */
import { isIPv6 } from 'node:net';

/** A way to carry an address of IPv4. */
interface Embedding {
  /** The bytes of addresses of this form, from the byte `at` on. */
  readonly prefixes: readonly (readonly number[])[];
  readonly at: number;
  /** The positions of the four bytes; of several lists each is one reading of the address. */
  readonly positions: readonly (readonly [number, number, number, number])[];
  /** Whether the bytes are written inverted. */
  readonly inverted?: true;
  /** Whether a reading in 0.0.0.0/8 counts. @default true */
  readonly readsZero?: false;
}

const LAST = [12, 13, 14, 15] as const;

const EMBEDDINGS: readonly Embedding[] = [
  // Compatible and mapped (RFC 4291), translated (RFC 7915), NAT64 (RFC 6052).
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
  // NAT64 of a network's own (RFC 8215), whose prefix may have 48, 56, 64 or 96 bits: no reading is ruled out, but for
  // 0.0.0.0/8, to which no translator delivers, and which is how the bytes around the right reading come out.
  {
    prefixes: [[0, 0x64, 0xff, 0x9b, 0, 1]],
    at: 0,
    positions: [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], LAST],
    readsZero: false,
  },
  // 6to4 (RFC 3056).
  { prefixes: [[0x20, 0x02]], at: 0, positions: [[2, 3, 4, 5]] },
  // Teredo (RFC 4380): its server, and the client, which is written inverted.
  { prefixes: [[0x20, 0x01, 0, 0]], at: 0, positions: [[4, 5, 6, 7]] },
  { prefixes: [[0x20, 0x01, 0, 0]], at: 0, positions: [LAST], inverted: true },
  // ISATAP (RFC 5214), below any prefix.
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

/** Every address of IPv4 that the address can carry; none for anything else than an address of IPv6. */
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

/** The 16 bytes of an address of IPv6, whose zone is left out. */
function bytesOf(address: string): number[] {
  const [withoutZone = ''] = address.split('%');
  const [head = [], tail] = withoutZone.split('::').map(bytesOfGroups);
  if (tail === undefined) return head;
  return [...head, ...zeros(16 - head.length - tail.length), ...tail];
}

/** The last group may be an address of IPv4. */
function bytesOfGroups(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
