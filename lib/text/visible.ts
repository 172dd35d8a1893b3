/**
 * Makes characters visible that a reader doesn't see: they could steer a terminal, turn or hide text, or break a line.
 * This is the only list of such characters, for messages, terminals and logs alike.
 */
import { stripVTControlCharacters } from 'node:util';

/**
 * Matches a hidden character: a control or format character, half of a surrogate pair, a Unicode separator of lines or
 * paragraphs, or a character that no font draws.
 */
const HIDDEN = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;

/** Matches the hidden characters that are layout in JSON and in the lines of a command: line feeds and tabs. */
const LAYOUT = String.raw`[\n\t]`;

/** Matches joiners and variation selectors in places where the writing of many languages, or an emoji, needs them. */
const SCRIPT = [
  String.raw`(?<=[\p{Lo}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]`,
  String.raw`(?<=[\p{Lo}\p{Emoji}])[\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]`,
].join('|');

const ALL = hiddenBut();
const ALL_BUT_LAYOUT = hiddenBut(LAYOUT);
const ALL_BUT_SCRIPT = hiddenBut(SCRIPT);
const ALL_BUT_LAYOUT_AND_SCRIPT = hiddenBut(LAYOUT, SCRIPT);

function hiddenBut(...kept: readonly string[]): RegExp {
  return new RegExp(`(?=${HIDDEN})${kept.map((characters) => `(?!${characters})`).join('')}.`, 'gsu');
}

/** Escapes every hidden character of a text as JSON escapes it, so that a message stays on one line. */
export function escaped(text: string): string {
  return text.replace(ALL, asJson);
}

/**
 * Escapes the hidden characters in what a command writes. Ends of lines, tabs, and the joiners that languages and emoji
 * need stay as they are. Text that is JSON stays JSON for the same data.
 */
export function escapeControls(text: string): string {
  return text.replace(ALL_BUT_LAYOUT_AND_SCRIPT, asCode);
}

/**
 * Escapes the hidden characters in a line of a log. Only ends of lines and tabs stay, the layout of JSON. Text that is
 * JSON stays JSON for the same data.
 */
export function escapeLogLine(line: string): string {
  return line.replace(ALL_BUT_LAYOUT, asCode);
}

/**
 * Whether a JSON text that `JSON.stringify` made contains a hidden character, plain or escaped; ends of lines and tabs
 * don't count.
 */
export function hidesCharacters(json: string): boolean {
  return escapeLogLine(json) !== json || /(?<!\\)(\\\\)*\\[bfru]/.test(json);
}

/** Matches a colour code that is spelled out in a text: `\\u001b[0m`, `\\x1b[0m`, `\\033[0m`, `^[[0m`. */
const WRITTEN_CODE = /(?:(?:\\{1,2}(?:u001b|x1b|033|e)|\^\[)\[|\\{1,2}u009b)[\d;:]{0,20}[A-Za-z]/gi;
/**
 * Matches what {@link bare} removes, and some text that it keeps, such as `^[` without a colour code. Ends of lines and
 * tabs don't match, since they separate words.
 */
const LEFT_OUT =
  /(?![\n\r\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\\(?:u00[19]b|x1b|033|e)|\^\[/iu;

/** Whether {@link bare} may change the text; if not, a caller can save the call. */
export function hasMoreThanBare(text: string): boolean {
  return LEFT_OUT.test(text);
}

/**
 * Matches a colour code as a terminal receives it, which begins with a control character. Node's own pattern for such
 * codes doesn't allow the colons that some contain.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one
const CODE = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g;

/**
 * The text as a reader sees it: without colour codes and hidden characters, which may part a name from its value.
 * @param instead the text that replaces each code and each hidden character; empty unless it is given
 */
export function bare(text: string, instead = ''): string {
  return stripVTControlCharacters(text.replace(CODE, instead))
    .replace(WRITTEN_CODE, instead)
    .replace(ALL, (character) => {
      if (/[\n\r\t]/.test(character)) return character;
      return /[\p{Zl}\p{Zp}]/u.test(character) ? '\n' : instead;
    });
}

/**
 * The text with visible characters only, for a column of a terminal. Escape sequences and format characters are
 * removed; spaces or `U+FFFD` replace other hidden characters.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(ALL_BUT_SCRIPT, (character) => {
    if (/\p{Cs}/u.test(character)) return '\ufffd';
    return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(character) ? ' ' : '';
  });
}

/**
 * The character escaped as JSON escapes it: in a short form such as `\n` where JSON has one, otherwise as `\u` and its
 * code.
 */
function asJson(character: string): string {
  const quoted = JSON.stringify(character).slice(1, -1);
  return quoted === character ? asCode(character) : quoted;
}

function asCode(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
