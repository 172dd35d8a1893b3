/**
 * The members of objects and lists that are credentials: by their own name, by that of what they are in, or by a name
 * beside them (`{ name: 'DB_PASSWORD', value }`, `['password', 'x']`, `['--token', 'x']`).
 */
import { isEntry } from './credentials.ts';
import { isNameField, isValueField, VALUE_FIELD } from './secret-fields.ts';
import { isAboutSecrets, type Secrecy, secrecyOf } from './secret-names.ts';
import { mayBeSecret } from './secret-values.ts';

/** The name that gives a value away. */
export interface SecretName {
  readonly name: string;
  readonly secrecy: Secrecy;
}

/** The fields of a private JSON web key that are its private part. */
const PRIVATE_PARTS = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']);
/** A header, or an option of a command. */
const HEADER_OR_OPTION = /^(?:--?[A-Za-z][\w-]{0,80}|[A-Za-z]{1,40}-[A-Za-z-]{1,60}|(?:authorization|cookie))$/i;
/** A pair has few fields: in a larger object none is searched for. */
const MOST_FIELDS_OF_PAIR = 50;
/** Longer texts are no names. In characters. */
const LONGEST_NAME = 100;

/** Whether a value under that name is masked. */
export function isHidden(secret: SecretName, value: string): boolean {
  return mayBeSecret({ ...secret, value, isWhole: true });
}

/** The secret name of a text; `undefined` if it is none. */
export function secretNamed(name: unknown): SecretName | undefined {
  if (typeof name !== 'string' || name.length > LONGEST_NAME) return undefined;
  const secrecy = secrecyOf(name);
  return secrecy === undefined ? undefined : { name, secrecy };
}

/** How the fields of an object are judged: its own names first, then the names beside them and around them. */
export function fieldJudge(
  names: readonly string[],
  read: (name: string) => unknown,
  around: SecretName | undefined,
): (name: string) => SecretName | undefined {
  const mayBePair = names.length > 1 && names.length <= MOST_FIELDS_OF_PAIR;
  const paired = mayBePair && names.some((name) => VALUE_FIELD.test(name)) ? secretPair(names, read) : undefined;
  const isJsonWebKey = names.includes('kty');
  return (name) => {
    const secrecy = secrecyOf(name);
    if (secrecy !== undefined) return { name, secrecy };
    if (paired !== undefined && isValueField(name)) return paired;
    if (isJsonWebKey && PRIVATE_PARTS.has(name)) return { name, secrecy: 'secret' };
    return around === undefined || isAboutSecrets(name) ? undefined : within(around);
  };
}

/** The name that one field of an object gives to its value field, if it is a secret one. */
function secretPair(names: readonly string[], read: (name: string) => unknown): SecretName | undefined {
  if (names.some((name) => /^type$/i.test(name) && read(name) === 'SecureString')) return SECURE_STRING;
  for (const name of names) {
    const secret = isNameField(name) ? secretNamed(read(name)) : undefined;
    if (secret !== undefined) return secret;
  }
  return undefined;
}

const SECURE_STRING: SecretName = { name: 'SecureString', secrecy: 'secret' };

/** An element of a list, and what stands before it. */
export interface Element {
  readonly index: number;
  readonly length: number;
  readonly before: unknown;
  /** Whether the list is one of several in a list. */
  readonly isNested: boolean;
}

/** The secret name of an element: that before it, if the two are a name and its value, or that around the list. */
export function secretElement(
  value: unknown,
  element: Element,
  around: SecretName | undefined,
): SecretName | undefined {
  const { index, length, before, isNested } = element;
  const secret = index === 0 ? undefined : secretNamed(before);
  if (secret === undefined) return around;
  const isPair = index === 1 && length === 2 && (isNested || typeof value !== 'string' || isEntry(secret.name, value));
  return isPair || HEADER_OR_OPTION.test(secret.name) ? secret : around;
}

/** What is inside of an `auth` is a credential, whatever its form. */
function within(around: SecretName): SecretName {
  return /auth$/i.test(around.name) ? { ...around, name: 'credentials', secrecy: 'secret' } : around;
}
