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
