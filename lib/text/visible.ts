/**
 * Characters that a reader doesn't see, made visible: they could steer a terminal, turn or hide text, or break a line.
 * This is the only list of them, for messages, terminals and logs alike.
 */
import { stripVTControlCharacters } from 'node:util';

/** Controls, format characters, halves of surrogate pairs, separators of lines, and what no font draws. */
const HIDDEN = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;

/** Characters that are layout in JSON and in the lines of a command. */
const LAYOUT = String.raw`[\n\t]`;

/** Joiners and variation selectors where the writing of many languages, and emoji, need them. */
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

/** The text on one line, with every hidden character escaped as JSON escapes it: for messages. */
export function escaped(text: string): string {
  return text.replace(ALL, asJson);
}

/**
 * The same for what a command writes: lines stay lines, and the text of every language stays as it is. JSON stays the
 * same data.
 */
export function escapeControls(text: string): string {
  return text.replace(ALL_BUT_LAYOUT_AND_SCRIPT, asCode);
}

/** The same for a line of a log: only the layout of JSON stays. JSON stays the same data. */
export function escapeLogLine(line: string): string {
  return line.replace(ALL_BUT_LAYOUT, asCode);
}

/** Whether JSON that was made by `JSON.stringify` holds a text with a hidden character; layout doesn't count. */
export function hidesCharacters(json: string): boolean {
  return escapeLogLine(json) !== json || /(?<!\\)(\\\\)*\\[bfru]/.test(json);
}

/** A colour code as it is, or as a text writes it: `\\u001b[0m`, `\\x1b[0m`, `\\033[0m`, `^[[0m`. */
const WRITTEN_CODE = /(?:(?:\\{1,2}(?:u001b|x1b|033|e)|\^\[)\[|\\{1,2}u009b)[\d;:]{0,20}[A-Za-z]/gi;
/** What {@link bare} leaves out, or more. Ends of lines and tabs separate words. */
const LEFT_OUT =
  /(?![\n\r\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\\(?:u00[19]b|x1b|033|e)|\^\[/iu;

/** Whether {@link bare} may change the text. */
export function hasMoreThanBare(text: string): boolean {
  return LEFT_OUT.test(text);
}

/** A code as a terminal gets it; Node's own pattern knows no colons in it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const CODE = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g;

/**
 * The text as a reader sees it: without colour codes and hidden characters, which may part a name from its value.
 * @param instead stands in their place
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
 * The text with visible characters only, for a column of a terminal: escape sequences and format characters are
 * removed, other hidden characters replaced.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(ALL_BUT_SCRIPT, (character) => {
    if (/\p{Cs}/u.test(character)) return '\ufffd';
    return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(character) ? ' ' : '';
  });
}

/** JSON has short forms for a few: `\n`. */
function asJson(character: string): string {
  const quoted = JSON.stringify(character).slice(1, -1);
  return quoted === character ? asCode(character) : quoted;
}

function asCode(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
