/**
 * Made-up credentials. Nothing here is anybody's: each is put together at run time, so that no scanner takes it for a
 * real one.
 */

export const PASSWORD = 'hunter2-Correct.Horse';
export const LETTERS = 'swordfish';
export const WORD = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6';
export const HEX = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
export const UUID = ['0f1e2d3c', '4b5a', '4978', '8796', 'a5b4c3d2e1f0'].join('-');
export const UPPER = 'Q7W8E9R0T1Y2U3I4O5P6A7S8D9F0G1H2J3K4L5Z6X7C8V9B0';
export const AWS_ID = `AK${'IA'}QWERTYUIOPASDF12`;
export const AWS_KEY = `wJalr${'XUtn'}FEMI/K7MDENG+bPxRfiCYzzEXAMPLEK`;
export const JWT = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'dozjgNryP4J3jVmNHl0w5N'].join('.');
export const BASIC = Buffer.from(`ada:${PASSWORD}`).toString('base64');
export const PEM_BODY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj';

/** The first `length` letters and digits of a long word. */
export function word(length: number): string {
  return WORD.repeat(4).slice(0, length);
}

/** `length` hexadecimal digits. */
export function hex(length: number): string {
  return HEX.repeat(8).slice(0, length);
}

/** A private key of that kind, as PEM. */
export function pem(kind: string): string {
  return [`-----BEGIN ${kind}-----`, PEM_BODY, `${PEM_BODY}x`, `-----END ${kind}-----`].join('\n');
}
