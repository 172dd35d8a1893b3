/** What the emulator's CloudFormation can't make: the one list, and a template without it. Pure. */
import { refuse } from './failure.ts';
import { referencesIn, type Template } from './template.ts';

/** The types of resource that are left out, and what of them is seen all the same. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'AWS::Logs::QueryDefinition':
    'not made at all: what the saved queries ask is compared with log lines in `test/infra/dashboard`',
};

/** A template that the emulator can make, and what it lacks. */
export interface Reduced {
  readonly template: Template;
  /** How many resources of each type are left out. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/**
 * The template without what is left out.
 * @throws RehearsalError if something that stays refers to something that goes, or a type of the list isn't there at
 * all
 */
export function withoutLeftOut(template: Template): Reduced {
  const entries = Object.entries(template.Resources);
  const staying = entries.filter(([, { Type }]) => !(Type in LEFT_OUT));
  const gone = entries.filter(([, { Type }]) => Type in LEFT_OUT);
  const reduced = { ...template, Resources: Object.fromEntries(staying) };
  const leftOut = Object.fromEntries(
    Object.keys(LEFT_OUT).map((type) => [type, gone.filter(([, { Type }]) => Type === type).length]),
  );
  refuse('left out', [
    ...danglingFaults(
      reduced,
      gone.map(([id]) => id),
    ),
    ...absentFaults(leftOut),
  ]);
  return { template: reduced, leftOut };
}

/** A type that the emulator does not know and that isn't in the list, or the other way round, each in a line. */
export function listFaults(unknownToEmulator: readonly string[]): string[] {
  const listed = Object.keys(LEFT_OUT);
  return [
    ...unknownToEmulator
      .filter((type) => !listed.includes(type))
      .map((type) => `the emulator can't make ${type}, which is not in the list of what is left out`),
    ...listed
      .filter((type) => !unknownToEmulator.includes(type))
      .map((type) => `the emulator can make ${type} by now: take it off the list of what is left out`),
  ];
}

/** The types that a refusal of the emulator names, such as `Unrecognized resource types: [AWS::A::B, AWS::C::D]`. */
export function unrecognizedTypes(refusal: string): string[] {
  const [, types = ''] = /Unrecognized resource types: \[([^\]]*)\]/.exec(refusal) ?? [];
  return types.split(',').flatMap((type) => (type.trim() === '' ? [] : [type.trim()]));
}

function danglingFaults(reduced: Template, gone: readonly string[]): string[] {
  return [...new Set(referencesIn([reduced.Resources, reduced.Outputs ?? {}]))]
    .filter((id) => gone.includes(id))
    .map((id) => `${id} is left out, but something else refers to it`);
}

function absentFaults(leftOut: Reduced['leftOut']): string[] {
  return Object.entries(leftOut)
    .filter(([, count]) => count === 0)
    .map(([type]) => `the stack has no ${type}: take it off the list`);
}
