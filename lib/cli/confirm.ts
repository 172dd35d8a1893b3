/** Asks a person before a command changes stored state. */
import { ask } from './question.ts';

/** What a command asks before it changes stored state. */
export interface Question {
  /** The name of the service, with which every line begins. */
  readonly subject: string;
  readonly text: string;
  /** Says what `--yes` does, for a process that nobody can answer. */
  readonly withYes: string;
  /** Says that nothing was done. */
  readonly nothing: string;
}

/** Asks on the terminal. Anything but yes is a no, and so is standard input that is no terminal. */
export async function isConfirmed({ subject, text, withYes, nothing }: Question): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error(`${subject}: ${nothing}; ${withYes}`);
    return false;
  }
  const answer = (await ask(`${text} [y/N] `)) ?? '';
  if (/^y(es)?$/i.test(answer)) return true;
  console.error(`${subject}: ${nothing}`);
  return false;
}
