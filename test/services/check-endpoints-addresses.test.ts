/** Which addresses check-endpoints may connect to. */
import { describe, expect, it } from 'vitest';
import { literalAddress, vettingIn } from '../../lib/services/check-endpoints-addresses.ts';

const IN_LAMBDA = { AWS_LAMBDA_FUNCTION_NAME: 'check', AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' };
const METADATA = "link-local or a cloud's metadata service";
const OWN_MACHINE = "the function's own machine";

const here = vettingIn({})();
const inLambda = vettingIn(IN_LAMBDA)();

describe('an address is refused', () => {
  it.each([
    ...['169.254.0.0', '169.254.169.254', '169.254.170.2', '169.254.170.23', '169.254.255.255'],
    ...['fe80::1', 'febf:ffff::1', 'fe80::1%eth0'],
    ...['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe', 'fd00:42::42', 'fd00:a9fe:a9fe::1'],
    ...['168.63.129.16', '100.100.100.200', 'fd00:100::100:200', '192.0.0.192'],
    // The same places as addresses of IPv6: mapped, compatible, translated, NAT64 in all its prefixes, 6to4, Teredo's
    // client and server, ISATAP.
    ...['64:ff9b:1::a9fe:a9fe', '64:ff9b:1:a9fe:a9:fe00::', '64:ff9b:1:ff:fe:a9fe:a9fe::', '64:ff9b:1:a9:fe:a9fe::'],
    ...['64:ff9b:1:1:a9:fea9:fe00::', '64:ff9b:1:1:2:3:a9fe:a9fe', '2002:a9fe:a9fe::', '2002:a9fe:a9fe:1:2:3:4:5'],
    ...['2001:0:5db8:d822:0:0:5601:5601', '2001:0000:a9fe:a9fe::', '2600::5efe:a9fe:a9fe', '2600::200:5efe:a9fe:a9fe'],
    ...['::FFFF:169.254.169.254', '0:0:0:0:0:ffff:a9fe:a9fe', '::ffff:0:169.254.169.254', '64:ff9b::169.254.169.254'],
    ...['2600::5efe:169.254.169.254', '64:ff9b::a9fe:a9fe%eth0'],
    ...['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '::a9fe:a9fe', '::ffff:0:a9fe:a9fe', '64:ff9b::a9fe:a9fe'],
    ...['::ffff:168.63.129.16', '64:ff9b::6464:64c8'],
  ])('an address is refused where credentials are handed out: %s', (address) => {
    expect([here(address), inLambda(address)]).toEqual([METADATA, METADATA]);
  });

  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '0.0.0.0',
    '::',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '64:ff9b:1::7f00:1',
    '2001::80ff:fffe',
    '::127.0.0.1',
  ])("an address is refused in Lambda, where the runtime's interface listens, on the machine itself: %s", (address) => {
    expect([here(address), inLambda(address)]).toEqual([undefined, OWN_MACHINE]);
  });

  it("an address is refused in Lambda at the runtime's interface, wherever that is", () => {
    const elsewhere = vettingIn({ ...IN_LAMBDA, AWS_LAMBDA_RUNTIME_API: '10.1.2.3:9001' })();

    expect([elsewhere('10.1.2.3'), elsewhere('127.0.0.1'), elsewhere('10.1.2.4')]).toEqual([
      OWN_MACHINE,
      OWN_MACHINE,
      undefined,
    ]);
  });

  it.each([
    '10.0.0.1',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    'fd12::1',
    '127.0.0.1',
    '::1',
    '::ffff:10.0.0.1',
    '2002:a00:1::',
    '64:ff9b::a00:1',
    '64:ff9b:1::c0a8:101',
    '2001::f5ff:fffe',
  ])('an address is refused where only those inside reach, when somebody outside leads there: %s', (address) => {
    const led = (by: string) => here(address, by);

    expect(['93.184.216.34', '2606:2800:220:1::1', ''].map(led)).toEqual(
      Array.from({ length: 3 }, () => 'private, and a redirect from outside led there'),
    );
    expect(['10.9.9.9', '::1', '::ffff:192.168.0.1'].map(led)).toEqual([undefined, undefined, undefined]);
    expect(vettingIn({})([address])(address, '93.184.216.34')).toBeUndefined();
  });

  /** The rows of IANA's special-purpose registries that aren't globally reachable: first and last address of each. */
  it.each([
    ...['10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255', '127.0.0.0', '127.255.255.255'],
    ...['172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255', '0.0.0.0', '0.255.255.255'],
    ...['192.0.0.0', '192.0.0.7', '192.0.0.8', '192.0.0.11', '192.0.0.170', '192.0.0.171', '192.0.0.255'],
    ...['192.0.2.0', '192.0.2.255', '198.51.100.0', '198.51.100.255', '203.0.113.0', '203.0.113.255'],
    ...['192.88.99.0', '192.88.99.255', '198.18.0.0', '198.19.255.255', '240.0.0.0', '255.255.255.255'],
    ...['224.0.0.0', '239.255.255.255', 'ff00::', 'ff02::1', 'ffff:ffff::'],
    ...['::', '::1', '100::', '100::ffff:ffff:ffff:ffff', '100:0:0:1::', '100:0:0:1:ffff:ffff:ffff:ffff'],
    ...['2001:1::', '2001:1::4', '2001:2::', '2001:2:0:ffff::', '2001:4::', '2001:10::', '2001:1f:ffff::'],
    ...['2001:40::', '2001:1ff:ffff::', '2001:db8::', '2001:db8:ffff::', '3fff::', '3fff:fff:ffff::'],
    ...['5f00::', '5f00:ffff::', 'fc00::', 'fdff:ffff::', 'fec0::', 'feff:ffff::', 'fec0::1%eth0'],
    ...['::ffff:198.18.0.1', '::ffff:c612:1', '64:ff9b::c612:1', '2002:c613:ffff::', '64:ff9b:1::c612:1'],
  ])('an address is refused where no registry lets somebody outside reach: %s', (address) => {
    expect(here(address, '93.184.216.34')).toBe('private, and a redirect from outside led there');
    expect([here(address), here(address, '10.9.9.9'), here(address, 'fec0::9')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each(['', 'localhost', '169.254.169.254.', '10.0.0.1:80', '[::1]'])(
    'an address is refused when it is none: %j',
    (text) => {
      expect(here(text)).toBe('no address');
    },
  );
});

describe('an address may be connected to', () => {
  it.each([
    ...['93.184.216.34', '2606:2800:220:1::1', '10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', 'fd12::1'],
    ...['169.253.255.255', '169.255.0.0', '168.63.129.17', '100.100.100.201', 'fd00:ec3::1', '::ffff:10.0.0.1'],
    // They carry addresses in the open, or only look as if they carried a refused one.
    ...['2002:5db8:d822::', '64:ff9b::5db8:d822', '64:ff9b:1::5db8:d822', '2001:0:5db8:d822::a247:27dd'],
    ...['2003:a9fe:a9fe::', '2001:1:a9fe:a9fe::', '64:ff9b:2::a9fe:a9fe', '2600::a9fe:a9fe', '2600::5eff:a9fe:a9fe'],
  ])('an address may be connected to in the open or a private range: %s', (address) => {
    expect([here(address), inLambda(address)]).toEqual([undefined, undefined]);
  });

  it.each([
    // The neighbours of those ranges, and the parts of them that are globally reachable.
    ...['9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '128.0.0.0', '172.15.255.255', '172.32.0.0'],
    ...['192.167.255.255', '192.169.0.0', '192.0.1.0', '192.0.3.0', '192.0.0.9', '192.0.0.10', '192.31.196.1'],
    ...['192.52.193.1', '192.88.98.255', '192.88.100.0', '192.175.48.1', '198.17.255.255', '198.20.0.0'],
    ...['198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255', '1.0.0.0'],
    ...['100:0:0:2::', '2001:1::1', '2001:1::2', '2001:1::3', '2001:3::1', '2001:4:112::1', '2001:20::1', '2001:3f::1'],
    ...[
      '2001:200::1',
      '2001:db7::1',
      '2001:db9::1',
      '2620:4f:8000::1',
      '3ffe::1',
      '3fff:1000::1',
      '5eff::1',
      '5f01::1',
    ],
    ...[
      '2001:0:5db8:d822::a247:27dd',
      '64:ff9b::5db8:d822',
      '2002:5db8:d822::',
      '64:ff9b:1::5db8:d822',
      '2606:4700::1',
    ],
  ])('an address may be connected to, whoever leads there: %s', (address) => {
    expect([here(address), here(address, '93.184.216.34')]).toEqual([undefined, undefined]);
  });

  it('an address may be connected to outside, whoever leads there', () => {
    expect([here('93.184.216.34', '10.0.0.1'), here('93.184.216.34', '93.184.216.35')]).toEqual([undefined, undefined]);
  });

  it('an address may be connected to when the endpoint allows it, or its range, and no other with it', () => {
    const vet = vettingIn(IN_LAMBDA)(['169.254.170.2', '127.0.0.0/30', 'fd00:ec2::/64']);

    expect(['169.254.170.2', '::ffff:169.254.170.2', '127.0.0.3', 'fd00:ec2::254'].map((each) => vet(each))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(['64:ff9b::a9fe:aa02', '2002:a9fe:aa02::', '64:ff9b:1::7f00:3'].map((each) => vet(each))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(['169.254.170.3', '127.0.0.4', 'fd00:ec2:1::'].map((each) => vet(each))).toEqual([
      METADATA,
      OWN_MACHINE,
      METADATA,
    ]);
  });
});

describe('the address that a URL names its host by', () => {
  it.each([
    ['http://2852039166/', '169.254.169.254'],
    ['http://0xA9FEA9FE/', '169.254.169.254'],
    ['http://0251.0376.0251.0376/', '169.254.169.254'],
    ['http://169.254.43518/', '169.254.169.254'],
    ['http://169.254.169.254./', '169.254.169.254'],
    ['http://①⑥⑨。254。169。254/', '169.254.169.254'],
    ['http://example.com@169.254.169.254:80/', '169.254.169.254'],
    ['http://[::ffff:169.254.169.254]/', '::ffff:a9fe:a9fe'],
    ['http://[FE80:0::1]/', 'fe80::1'],
    ['http://127.1/', '127.0.0.1'],
    ['http://0/', '0.0.0.0'],
    ['http://localhost/', undefined],
    ['http://169.254.169.254.example/', undefined],
  ])('the address is found however it is written: %s', (url, address) => {
    expect(literalAddress(new URL(url))).toBe(address);
  });
});
