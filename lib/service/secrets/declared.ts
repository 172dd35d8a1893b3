/** The option `secrets`: the names by which a workload reads its secrets, and where each is stored. */
import { optionFault } from '../../rules/index.ts';
import { isRecord, nearest, showValue } from '../../text/index.ts';

/**
 * Where a secret is stored: `ssm:` and the name or ARN of a parameter in Parameter Store, or `secretsmanager:` and the
 * name or ARN of a secret in Secrets Manager. `#key` at the end selects one field of a value that is a JSON object.
 */
export type SecretReference = `ssm:${string}` | `secretsmanager:${string}`;

/** One secret of a service, read from the option `secrets`. */
export interface DeclaredSecret {
  /** The name by which the workload reads the secret, and of the environment variable on one machine. */
  readonly name: string;
  readonly kind: 'ssm' | 'secretsmanager';
  /** The name or ARN of the parameter or secret. A parameter may have a version or a label: `/path:3`. */
  readonly id: string;
  /** The field of the JSON object that is the value. @default the whole value */
  readonly key?: string;
}

/** The most secrets of one service. */
export const MOST_SECRETS = 20;

const NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
/** The names of variables that Tickover and AWS read themselves. */
const TAKEN = /^(?:TICKOVER|AWS)_/;
const FORM = /^(ssm|secretsmanager):([^#]*)(?:#(.{1,256}))?$/su;
const IDS: Readonly<Record<string, RegExp>> = {
  ssm: /^(?:arn:aws[\w-]*:ssm:[a-z\d-]+:\d{12}:parameter\/)?[\w./-]{1,1011}(?::[\w.-]{1,100})?$/,
  secretsmanager: /^(?:arn:aws[\w-]*:secretsmanager:[a-z\d-]+:\d{12}:secret:)?[\w/+=.@-]{1,512}$/,
};
/** The parameters by which Parameter Store gives access to Secrets Manager. They need the rights of both. */
const FOREIGN = /^(?:arn:[^/]*\/|\/)?aws\/reference\//;

const EXPECTED = "'ssm:' and a parameter, or 'secretsmanager:' and a secret, with '#key' for one field of JSON";

/** Returns the faults of the option `secrets`. They never contain a text that may itself be a secret. */
export function secretFaults(secrets: unknown): string[] {
  if (!isRecord(secrets)) return [];
  const names = Object.keys(secrets);
  return [
    ...optionFault(names.length <= MOST_SECRETS, 'secrets', `at most ${MOST_SECRETS}`, String(names.length)),
    ...names.flatMap((name) => nameFaults(name)),
    ...Object.entries(secrets).flatMap(([name, reference]) => referenceFaults(name, reference)),
  ];
}

/** Reads the option `secrets`, which must have no faults. */
export function declaredSecrets(secrets: Readonly<Record<string, string>> = {}): readonly DeclaredSecret[] {
  return Object.entries(secrets).map(([name, reference]) => {
    const [, kind, id = '', key] = FORM.exec(reference) ?? [];
    return Object.freeze({
      name,
      kind: kind === 'ssm' ? 'ssm' : 'secretsmanager',
      id,
      ...(key === undefined ? {} : { key }),
    } satisfies DeclaredSecret);
  });
}

function nameFaults(name: string): string[] {
  const expected =
    'a name of capitals, digits and _ that begins with a letter, such as API_TOKEN, at most 64 characters';
  return [
    ...optionFault(NAME.test(name), 'secrets', expected, showValue(name)),
    ...optionFault(!TAKEN.test(name), 'secrets', 'a name that begins neither with AWS_ nor TICKOVER_', showValue(name)),
  ];
}

function referenceFaults(name: string, reference: unknown): string[] {
  const option = `secrets.${NAME.test(name) ? name : showValue(name)}`;
  const [, kind = '', id = ''] = (typeof reference === 'string' ? FORM.exec(reference) : undefined) ?? [];
  const isForeign = kind === 'ssm' && FOREIGN.test(id);
  const hint = "'secretsmanager:' and the name, for a secret of Secrets Manager";
  return isForeign
    ? optionFault(false, option, hint, showValue(reference))
    : optionFault(IDS[kind]?.test(id) === true, option, EXPECTED, shown(reference));
}

/** The text may be the secret itself, written into the code by mistake. */
function shown(reference: unknown): string {
  if (typeof reference !== 'string') return reference === null ? 'null' : `a value of type ${typeof reference}`;
  const [, kind] = /^([\w-]{1,20}):/.exec(reference) ?? [];
  if (kind === undefined) return `a text of ${reference.length} characters`;
  const near = kind in IDS ? undefined : nearest(kind, Object.keys(IDS));
  const hint = near === undefined ? '' : `; did you mean '${near}:'?`;
  return kind in IDS
    ? `${showValue(`${kind}:`)} and ${reference.length - kind.length - 1} characters${hint}`
    : `${showValue(`${kind}:...`)}${hint}`;
}
