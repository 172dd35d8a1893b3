/** Escapes or removes invisible characters: they could steer a terminal, hide text or break a line. */
import { stripVTControlCharacters } from 'node:util';

/**
 * Matches an invisible character: a control or format character, half of a surrogate pair, a line or paragraph
 * separator, or a character without a glyph.
 */
const HIDDEN = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;

const LAYOUT = String.raw`[\n\t]`;

/** Matches joiners and variation selectors where a language or an emoji needs them. */
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

/** Escapes every invisible character, also line feeds, so that a message stays on one line. */
export function escaped(text: string): string {
  return text.replace(ALL, asJson);
}

/**
 * Escapes the invisible characters in the output of a command, except line feeds, tabs, and the joiners that languages
 * and emoji need. JSON text stays JSON with the same data.
 */
export function escapeControls(text: string): string {
  return text.replace(ALL_BUT_LAYOUT_AND_SCRIPT, asCode);
}

/**
 * Escapes the invisible characters in a log line, except line feeds and tabs. JSON text stays JSON with the same data.
 */
export function escapeLogLine(line: string): string {
  return line.replace(ALL_BUT_LAYOUT, asCode);
}

/**
 * Whether a text that `JSON.stringify` made contains an invisible character, plain or escaped, other than a line feed
 * or a tab.
 */
export function hidesCharacters(json: string): boolean {
  return escapeLogLine(json) !== json || /(?<!\\)(\\\\)*\\[bfru]/.test(json);
}

/** Matches a colour code that is spelled out: `\\u001b[0m`, `\\x1b[0m`, `\\033[0m`, `^[[0m`. */
const WRITTEN_CODE = /(?:(?:\\{1,2}(?:u001b|x1b|033|e)|\^\[)\[|\\{1,2}u009b)[\d;:]{0,20}[A-Za-z]/gi;
/** Matches every text that {@link bare} may change, and a few others. */
const LEFT_OUT =
  /(?![\n\r\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\\(?:u00[19]b|x1b|033|e)|\^\[/iu;

/** Whether {@link bare} may change the text. */
export function hasMoreThanBare(text: string): boolean {
  return LEFT_OUT.test(text);
}

/** Matches a colour code. Node's pattern for colour codes doesn't allow colons, which some codes contain. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one
const CODE = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g;

/**
 * Returns the text without colour codes and invisible characters, which could hide a credential from `mask`.
 * @param instead the text in place of each colour code and invisible character. @default an empty text
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
 * Returns the text for a column of a terminal. Colour codes and format characters are removed; spaces or U+FFFD replace
 * other invisible characters.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(ALL_BUT_SCRIPT, (character) => {
    if (/\p{Cs}/u.test(character)) return '\ufffd';
    return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(character) ? ' ' : '';
  });
}

function asJson(character: string): string {
  const quoted = JSON.stringify(character).slice(1, -1);
  return quoted === character ? asCode(character) : quoted;
}

function asCode(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
