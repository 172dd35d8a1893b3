/**
 * Finds credentials in objects and lists by a name: that of the field, that of the object around it, or a name beside
 * the value (`{ name: 'DB_PASSWORD', value: 'x' }`, `['password', 'x']`, `['--token', 'x']`).
 */
import { isEntry } from './credentials.ts';
import { isNameField, isValueField, VALUE_FIELD } from './secret-fields.ts';
import { isAboutSecrets, type Secrecy, secrecyOf } from './secret-names.ts';
import { mayBeSecret } from './secret-values.ts';

/** The name of a value that is or may be a credential. */
export interface SecretName {
  readonly name: string;
  readonly secrecy: Secrecy;
}

/** The private fields of a JSON web key. */
const PRIVATE_PARTS = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']);
/** Matches an element of a list that is the name of the next element: a header, or an option (`['--token', 'x']`). */
const HEADER_OR_OPTION = /^(?:--?[A-Za-z][\w-]{0,80}|[A-Za-z]{1,40}-[A-Za-z-]{1,60}|(?:authorization|cookie))$/i;
/**
 * An object with more fields than this is not searched for a pair of a name and its value, such as
 * `{ name: 'DB_PASSWORD', value: 'x' }`.
 */
const MOST_FIELDS_OF_PAIR = 50;
const LONGEST_NAME = 100;

/** Whether the value with the name `secret` is masked. A value such as `true` can't be a credential. */
export function isHidden(secret: SecretName, value: string): boolean {
  return mayBeSecret({ ...secret, value, isWhole: true });
}

/** Returns the name and how surely it is that of a credential; `undefined` if it isn't. */
export function secretNamed(name: unknown): SecretName | undefined {
  if (typeof name !== 'string' || name.length > LONGEST_NAME) return undefined;
  const secrecy = secrecyOf(name);
  return secrecy === undefined ? undefined : { name, secrecy };
}

/**
 * Returns a function that decides for each field of an object whether its value is masked. The function takes the name
 * of the field, and returns the name of the credential; `undefined` if the value isn't masked.
 * @param names the names of all fields of the object
 * @param read reads the value of a field
 * @param around the name of the object, if that is the name of a credential
 */
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

/**
 * Finds a field whose value is the name of a credential, such as `DB_PASSWORD` in `{ name: 'DB_PASSWORD', value: 'x'
 * }`, and returns that name; `undefined` if there is none.
 */
function secretPair(names: readonly string[], read: (name: string) => unknown): SecretName | undefined {
  if (names.some((name) => /^type$/i.test(name) && read(name) === 'SecureString')) return SECURE_STRING;
  for (const name of names) {
    const secret = isNameField(name) ? secretNamed(read(name)) : undefined;
    if (secret !== undefined) return secret;
  }
  return undefined;
}

const SECURE_STRING: SecretName = { name: 'SecureString', secrecy: 'secret' };

/** The place of an element in its list, and the element before it. */
export interface Element {
  readonly index: number;
  readonly length: number;
  readonly before: unknown;
  readonly isNested: boolean;
}

/**
 * Decides whether an element of a list is masked. Returns the name of the credential: the element before, as in
 * `['password', 'x']`, or `around`, the name of the list; `undefined` if the element isn't masked.
 */
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

/**
 * Returns the name that masks a field inside an object with the name of a credential. In an object such as `auth` every
 * value is masked, even an ordinary word.
 */
function within(around: SecretName): SecretName {
  return /auth$/i.test(around.name) ? { ...around, name: 'credentials', secrecy: 'secret' } : around;
}
