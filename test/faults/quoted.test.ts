import { expect, test } from 'vitest';
import { quotedIn } from './quoted.ts';

const DOCUMENT = 'before\n<!-- begin a -->\nold\n<!-- end a -->\n<!-- begin b -->\n<!-- end b -->\nafter\n';

test('a text replaces what stood in its place, and nothing else', () => {
  expect(quotedIn(DOCUMENT, 'a', 'new $& text\n')).toBe(
    'before\n<!-- begin a -->\n\nnew $& text\n\n<!-- end a -->\n<!-- begin b -->\n<!-- end b -->\nafter\n',
  );
});

test('a text without a place is refused', () => {
  expect(() => quotedIn(DOCUMENT, 'c', 'text')).toThrow("expected a place for 'c' in the document, got none");
});
