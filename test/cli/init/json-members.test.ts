/** Members that are added to a JSON text whose author has a style of their own. */
import { describe, expect, test } from 'vitest';
import { addMembers, addMembersOf } from '../../../lib/cli/init/json-members.ts';

const lines = (...text: string[]) => `${text.join('\n')}\n`;

describe('Members are added to a JSON text', () => {
  test('behind the last one, and every other character stays', () => {
    const text = lines('{', '    "files": ["a", "b"],', '    "odd" :  { "x":1 }', '}');

    expect(addMembers(text, { type: 'module', private: true })).toBe(
      lines(
        '{',
        '    "files": ["a", "b"],',
        '    "odd" :  { "x":1 },',
        '    "type": "module",',
        '    "private": true',
        '}',
      ),
    );
  });

  test('in an object that the top level has', () => {
    const text = lines('{', '\t"scripts": {', '\t\t"a": "x, }"', '\t},', '\t"b": 1', '}');

    expect(addMembersOf(text, 'scripts', { dev: 'd' })).toBe(
      lines('{', '\t"scripts": {', '\t\t"a": "x, }",', '\t\t"dev": "d"', '\t},', '\t"b": 1', '}'),
    );
  });

  test('in a new object if the top level lacks it', () => {
    expect(addMembersOf(lines('{', '  "a": 1', '}'), 'scripts', { dev: 'd' })).toBe(
      lines('{', '  "a": 1,', '  "scripts": {', '    "dev": "d"', '  }', '}'),
    );
  });

  test('in an empty object, whether its braces are in one line or not', () => {
    const written = lines('{', '  "scripts": {', '    "dev": "d"', '  }', '}');

    expect(addMembersOf(lines('{', '  "scripts": {}', '}'), 'scripts', { dev: 'd' })).toBe(written);
    expect(addMembersOf(lines('{', '  "scripts": {', '  }', '}'), 'scripts', { dev: 'd' })).toBe(written);
    expect(addMembers('{}\n', { a: 'b' })).toBe(lines('{', '  "a": "b"', '}'));
  });

  test('in the same line if the object is written in one', () => {
    expect(addMembersOf('{"scripts": {"a": "b"}}', 'scripts', { dev: 'd' })).toBe(
      '{"scripts": {"a": "b", "dev": "d"}}',
    );
    expect(addMembers('{ "a": [1, {"b": "}"}] }', { c: 'd' })).toBe('{ "a": [1, {"b": "}"}], "c": "d" }');
  });

  test('with the line ends of Windows and behind a byte order mark, if the text has them', () => {
    const text = '\uFEFF{\r\n  "a": 1\r\n}\r\n';

    expect(addMembersOf(text, 'scripts', { dev: 'd' })).toBe(
      '\uFEFF{\r\n  "a": 1,\r\n  "scripts": {\r\n    "dev": "d"\r\n  }\r\n}\r\n',
    );
  });

  test('beside texts with quotes, braces and backslashes', () => {
    const text = lines('{', '  "a\\"b": "\\\\",', '  "c": "{\\"d\\": [1}"', '}');

    expect(JSON.parse(addMembers(text, { e: 'f' }))).toEqual({ ...JSON.parse(text), e: 'f' });
  });

  test('and none if there are none to add', () => {
    expect(addMembers('{ }', {})).toBe('{ }');
  });
});
