/**
 * Finds credentials among the members of objects and lists. A value may be given away by the name of its field, by the
 * name of the object or list that contains it, or by a name beside it (`{ name: 'DB_PASSWORD', value }`, `['password',
 * 'x']`, `['--token', 'x']`).
 */
import { isEntry } from './credentials.ts';
import { isNameField, isValueField, VALUE_FIELD } from './secret-fields.ts';
import { isAboutSecrets, type Secrecy, secrecyOf } from './secret-names.ts';
import { mayBeSecret } from './secret-values.ts';

/** A name which says that its value is or may be a credential, and how surely it says so. */
export interface SecretName {
  readonly name: string;
  readonly secrecy: Secrecy;
}

/** The names of the fields that are the private part of a JSON web key. */
const PRIVATE_PARTS = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']);
/**
 * Matches the name of a header, or an option of a command. If an element of a list matches, the next element is its
 * value.
 */
const HEADER_OR_OPTION = /^(?:--?[A-Za-z][\w-]{0,80}|[A-Za-z]{1,40}-[A-Za-z-]{1,60}|(?:authorization|cookie))$/i;
/**
 * How many fields an object may have to count as a pair of a name and its value (`{ name: 'DB_PASSWORD', value: 'x'
 * }`). In a larger object no pair is searched for.
 */
const MOST_FIELDS_OF_PAIR = 50;
/** The longest text, in characters, that may be the name of a credential; a longer text is no name. */
const LONGEST_NAME = 100;

/**
 * Whether a value is masked because `secret` is its name. A value that can't be a credential, such as `true`, is not
 * masked.
 */
export function isHidden(secret: SecretName, value: string): boolean {
  return mayBeSecret({ ...secret, value, isWhole: true });
}

/**
 * Returns the name and how surely it says that its value is a credential; `undefined` if `name` is not the name of a
 * credential.
 */
export function secretNamed(name: unknown): SecretName | undefined {
  if (typeof name !== 'string' || name.length > LONGEST_NAME) return undefined;
  const secrecy = secrecyOf(name);
  return secrecy === undefined ? undefined : { name, secrecy };
}

/**
 * Returns a function that takes the name of a field of one object. The function returns the name of a credential
 * because of which the field's value is masked, or `undefined` if there is none. The field's own name comes first, then
 * a name in a field beside it (`{ name: 'DB_PASSWORD', value: 'x' }`), then `around`.
 * @param names the names of all fields of the object
 * @param read reads the value of a field
 * @param around the name of the object itself, if that is the name of a credential
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
 * The name of a credential that an object contains as the value of one field (such as `name`), for the value in another
 * field (such as `value`); `undefined` if there is none.
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
  /** Whether the list is itself an element of a list. */
  readonly isNested: boolean;
}

/**
 * The name of a credential because of which an element of a list is masked: the element before it, if that is such a
 * name and the two are a name and its value; otherwise `around`, the name of the list itself, which may be undefined.
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
 * The name of a credential for a field inside an object that has the name of a credential. If the object's name ends in
 * `auth`, the field's value is masked even if it looks like an ordinary word.
 */
function within(around: SecretName): SecretName {
  return /auth$/i.test(around.name) ? { ...around, name: 'credentials', secrecy: 'secret' } : around;
}
