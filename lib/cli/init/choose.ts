/** Decides what `tickover init` writes: by its flags, by the project, and by questions. */
import { checkName, type Project } from './project.ts';
import type { Choices } from './write-project.ts';

/** The flags of the command that decide something. */
export interface InitFlags {
  readonly name?: string;
}

/** Asks a question and returns the answer; `undefined` if the person stops the command instead. */
export type Ask = (question: string) => Promise<string | undefined>;

/**
 * Returns the choices. An empty answer to a question stands for the default.
 * @param ask asks a person for the name of a new project, and whether to write a CDK app if the project has none;
 * without it the defaults are taken
 * @throws Error if the name can't be used, or if the person stops the command
 */
export async function choose(project: Project, { name: given }: InitFlags, ask?: Ask): Promise<Choices> {
  if (given !== undefined) checkName(given);
  const isNamed = given !== undefined || project.manifest.json['name'] === project.name;
  const name = given ?? (isNamed ? project.name : await answer(ask, `Name of the project [${project.name}]: `));
  if (name !== '') checkName(name);
  const wanted = project.hasCdkApp ? 'n' : await answer(ask, 'Write a CDK app in infra? [Y/n] ');
  return { name: name || project.name, cdkApp: !/^no?$/i.test(wanted) };
}

async function answer(ask: Ask | undefined, question: string): Promise<string> {
  const text = ask === undefined ? '' : await ask(question);
  if (text === undefined) throw new Error('stopped at a question; nothing was written');
  return text;
}
