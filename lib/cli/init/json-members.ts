/** Adds members to objects of a JSON text, and leaves every other character of the text as it is. */

/** The members to add: the values are texts, booleans, or objects of them. */
export type NewMembers = Readonly<Record<string, string | boolean | Readonly<Record<string, string>>>>;

interface Member {
  readonly key: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const SPACE = /\s*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const SCALAR = /[^\s,\]}]+/y;

/**
 * Returns the text of a JSON object with `members` added behind its last member, in the style of the text: its indent,
 * its line ends, and objects in one line. `members` must be new to the object.
 * @param text valid JSON whose top level is an object
 */
export function addMembers(text: string, members: NewMembers): string {
  return insert(text, text.indexOf('{'), members);
}

/** Does the same for the object that is the value of the member `key` of the top level. */
export function addMembersOf(text: string, key: string, members: NewMembers): string {
  const found = membersOf(text, text.indexOf('{')).findLast((member) => member.key === key);
  return found === undefined ? addMembers(text, { [key]: members as never }) : insert(text, found.valueStart, members);
}

function insert(text: string, open: number, added: NewMembers): string {
  if (Object.keys(added).length === 0) return text;
  const members = membersOf(text, open);
  const last = members.at(-1);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const first = last === undefined ? undefined : /^\s*/.exec(text.slice(open + 1))?.[0];
  if (last !== undefined && first !== undefined && !first.includes('\n')) {
    const inLine = Object.entries(added).map(([key, value]) => `, ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
    return text.slice(0, last.valueEnd) + inLine.join('') + text.slice(last.valueEnd);
  }
  const unit = unitOf(text);
  const outer = /[ \t]*/.exec(text.slice(text.lastIndexOf('\n', open) + 1))?.[0] ?? '';
  const indent = first === undefined ? outer + unit : first.slice(first.lastIndexOf('\n') + 1);
  const lines = Object.entries(added).map(([key, value]) => {
    const written = JSON.stringify(value, null, unit).replaceAll('\n', lineEnd + indent);
    return `${lineEnd}${indent}${JSON.stringify(key)}: ${written}`;
  });
  if (last !== undefined) return `${text.slice(0, last.valueEnd)},${lines.join(',')}${text.slice(last.valueEnd)}`;
  const close = endOfValue(text, open) - 1;
  return `${text.slice(0, open + 1)}${lines.join(',')}${lineEnd}${outer}${text.slice(close)}`;
}

/** The indent of the first line that has one, or else two spaces. */
function unitOf(text: string): string {
  return /^\s*\{\s*?\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
}

function membersOf(text: string, open: number): Member[] {
  const members: Member[] = [];
  let at = after(SPACE, text, open + 1);
  while (text[at] === '"') {
    const keyEnd = after(STRING, text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    const colon = after(SPACE, text, keyEnd);
    const valueStart = after(SPACE, text, colon + 1);
    const valueEnd = endOfValue(text, valueStart);
    members.push({ key, valueStart, valueEnd });
    const comma = after(SPACE, text, valueEnd);
    at = after(SPACE, text, comma + 1);
  }
  return members;
}

function endOfValue(text: string, start: number): number {
  const first = text[start] ?? '';
  if (first === '"') return after(STRING, text, start);
  if (first !== '{' && first !== '[') return after(SCALAR, text, start);
  let depth = 0;
  let at = start;
  do {
    const character = text[at] ?? '';
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    at = character === '"' ? after(STRING, text, at) : at + 1;
  } while (depth > 0 && at < text.length);
  return at;
}

function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return Math.max(at, pattern.lastIndex);
}
