/**
 * TICKOVER_ENDPOINTS as a mistaken or hostile hand may write it: refused in a message of bounded size, never obeyed.
 */
import { describe, expect, it } from 'vitest';
import { InvalidOptionsError } from '../../lib/rules/index.ts';
import { endpointsIn } from '../../lib/services/check-endpoints-settings.ts';

const IN_LAMBDA = { AWS_LAMBDA_FUNCTION_NAME: 'check' };

function read(endpoints: unknown, env: Readonly<Record<string, string>> = {}) {
  return endpointsIn({
    ...env,
    TICKOVER_ENDPOINTS: typeof endpoints === 'string' ? endpoints : JSON.stringify(endpoints),
  });
}

function refusalOf(endpoints: unknown, env?: Readonly<Record<string, string>>): InvalidOptionsError {
  try {
    read(endpoints, env);
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error;
    throw error;
  }
  throw new Error('expected it to be refused');
}

describe('a refused address', () => {
  it('an address in a URL is refused at once, with the field', () => {
    const { message } = refusalOf([{ url: 'https://example.test/' }, { url: 'http://0xA9FEA9FE/?token=abc' }]);

    expect(message).toBe(
      "check-endpoints: TICKOVER_ENDPOINTS[1].url: expected no address that is link-local or a cloud's metadata service, " +
        "unless among allowAddresses, got 'http://0xA9FEA9FE/?token=***'",
    );
  });

  it("is the function's own machine in Lambda, and not elsewhere", () => {
    const url = 'http://127.0.0.1:9001/2018-06-01/runtime/invocation/next';

    expect(refusalOf([{ url }], IN_LAMBDA).faults).toEqual([
      "TICKOVER_ENDPOINTS[0].url: expected no address that is the function's own machine, unless among allowAddresses, " +
        `got '${url}'`,
    ]);
    expect(read([{ url }])).toHaveLength(1);
  });

  it('is let by allowAddresses, which come along', () => {
    const allowAddresses = ['169.254.170.2', '127.0.0.0/8', 'fe80::/10'];

    expect(read([{ url: 'http://169.254.170.2/', allowAddresses }], IN_LAMBDA)).toEqual([
      { url: 'http://169.254.170.2/', method: 'GET', timeout: 10_000, allowAddresses },
    ]);
    expect(refusalOf([{ url: 'http://169.254.170.3/', allowAddresses }]).faults).toHaveLength(1);
  });

  it.each([
    [
      ['example.test'],
      "[0].allowAddresses[0]: expected an IP address, or a range such as '169.254.170.0/24', got 'example.test'",
    ],
    [
      ['10.0.0.0/33'],
      "[0].allowAddresses[0]: expected an IP address, or a range such as '169.254.170.0/24', got '10.0.0.0/33'",
    ],
    ['10.0.0.1', "[0].allowAddresses: expected a list of up to 20 IP addresses or ranges, got '10.0.0.1'"],
  ])('is not let by what is no address: %j', (allowAddresses, fault) => {
    expect(refusalOf([{ url: 'http://example.test/', allowAddresses }]).faults).toEqual([`TICKOVER_ENDPOINTS${fault}`]);
  });
});

describe('a list without measure', () => {
  const url = 'http://example.test/';

  it.each([
    [
      'of 1,001 endpoints',
      Array.from({ length: 1_001 }, () => ({ url })),
      'expected at most 1000 endpoints, got [{"url":',
    ],
    [
      'longer than 256,000 characters',
      `${' '.repeat(7)}["${'x'.repeat(256_000)}"]`,
      'expected at most 256000 characters, got 256004',
    ],
    [
      'with a URL of 3 KB',
      [{ url: url + 'x'.repeat(3_000) }],
      "[0].url: expected a URL of at most 2000 characters, got 'http",
    ],
    [
      'nested 50,000 deep',
      `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
      '[0]: expected an object with a url, got a value that cannot be shown',
    ],
    [
      'with a field nested as deep',
      `[{"url":"${url}","method":${'['.repeat(50_000)}${']'.repeat(50_000)}}]`,
      '[0].method: expected one of GET',
    ],
    [
      'with 10,000 fields',
      [{ url, ...Object.fromEntries(Array.from({ length: 10_000 }, (_, key) => [`x${key}`, 1])) }],
      '[0]: expected only url',
    ],
    ['with a field of a long name', [{ url, ['x'.repeat(100_000)]: 1 }], '[0]: expected only url'],
    [
      'with another prototype',
      `[{"url":"${url}","__proto__":{"method":"POST"}}]`,
      '[0]: expected only url, method, timeout, timeoutMs, expectedStatus, allowAddresses, got __proto__',
    ],
  ])('is refused in few words: one %s', (_what, endpoints, fault) => {
    const { message } = refusalOf(endpoints);

    expect(message).toContain(`TICKOVER_ENDPOINTS${fault.startsWith('[') ? '' : ': '}${fault}`);
    expect(message.length).toBeLessThan(500);
  });

  it('lists 20 faults and how many more there are', () => {
    const { faults } = refusalOf(Array.from({ length: 900 }, () => ({ url: 7 })));

    expect(faults).toHaveLength(21);
    expect([faults[19], faults[20]]).toEqual([
      'TICKOVER_ENDPOINTS[19].url: expected a URL of http or https, got 7',
      'and 880 more',
    ]);
  });
});

describe('the user and password of a URL', () => {
  it.each([
    'http://a:%zz@x.test/',
    'http://%zz:a@x.test/',
    'http://%@x.test/',
    'https://a:b%2@x.test/',
    'http://%ff@x.test/',
  ])(
    'the user and password of a URL are refused at once where they can not be decoded, with the field, and not shown: %s',
    (url) => {
      expect(refusalOf([{ url: 'https://fine.test/' }, { url }]).faults).toEqual([
        'TICKOVER_ENDPOINTS[1].url: expected a URL whose user and password are percent-encoded UTF-8, ' +
          `got '${url.replace(/\/\/.*@/, '//***@')}'`,
      ]);
    },
  );

  it('the user and password of a URL may be any text, percent-encoded', () => {
    expect(read([{ url: 'http://%C3%A9:p%40%25ss@x.test/%zz?q=%zz' }])).toHaveLength(1);
  });
});
