/**
 * The questions that every peer is asked, each over a database of its own behind a proxy. Nothing is judged here: what
 * was seen is told.
 */
import { systemClock } from '../../../lib/time/index.ts';
import { testDatabase } from '../../support/dynalite.ts';
import { type Meddle, returningOldItems, wireProxy } from '../../support/wire-proxy.ts';
import { letIn, type Peer, type Process, type Running } from './peer.ts';

/** What a question has to do with. */
interface Scene {
  readonly peer: Peer;
  readonly endpoint: string;
  process(how?: { readonly stalls: boolean }): Promise<Process>;
  /** The next answer to the operation by which the peer takes the duty is lost. */
  loseTheNextAnswer(): void;
}

/** A question and what there is to see. */
export interface Question {
  readonly asks: string;
  /** What was seen, in the order of `sees`. */
  readonly sees: readonly string[];
  see(scene: Scene): Promise<readonly string[]>;
}

/** How long a run may hold the duty, in milliseconds. */
const BRIEFLY = 500;
const LONG = 30_000;
/** Until a brief hold is over for everybody, whatever margin it was given. */
const OVER = 1_500;

const staleHolder: Question = {
  asks: 'A process stalls for longer than it may hold the duty; another takes over and ends; then the first one goes on',
  sees: ['the second is', "the stale one's end is", 'stored at last'],
  async see({ peer, endpoint, process }) {
    const first = await running(await process({ stalls: true }), BRIEFLY);
    await systemClock.sleep(OVER);
    const second = await (await process()).begin(LONG);
    if (letIn(second)) await second.end('second');
    const stale = await first.end('first');
    return [admission(second), stale, await peer.stored(endpoint)];
  },
};

const staleRelease: Question = {
  asks: 'The same, but the stale one ends while the second still runs; then a third one asks',
  sees: ["the stale one's end is", 'the third is'],
  async see({ process }) {
    const first = await running(await process({ stalls: true }), BRIEFLY);
    await systemClock.sleep(OVER);
    await running(await process(), LONG);
    const stale = await first.end('first');
    return [stale, admission(await (await process()).begin(LONG))];
  },
};

const lostResponse: Question = {
  asks: 'The response to the write that takes the duty is lost, and the SDK sends it again',
  sees: ['the process is', 'another one at once is'],
  async see({ process, loseTheNextAnswer }) {
    const first = await process();
    const second = await process();
    loseTheNextAnswer();
    const answer = await first.begin(LONG);
    return [admission(answer), admission(await second.begin(LONG))];
  },
};

const noTimeLeft: Question = {
  asks: 'A process learns that 0 ms remain, is let in nevertheless, and dies in its run',
  sees: ['it is', 'another one at once is', 'another one, once the hold is over, is'],
  async see({ process }) {
    const first = await (await process({ stalls: true })).begin(0);
    const second = await (await process()).begin(LONG);
    if (letIn(second)) return [admission(first), admission(second), 'not asked: two run already'];
    await systemClock.sleep(OVER);
    return [admission(first), admission(second), admission(await (await process()).begin(LONG))];
  },
};

/** All questions. */
export const QUESTIONS: readonly Question[] = [staleHolder, staleRelease, lostResponse, noTimeLeft];

/** Asks a peer one question. */
export async function ask(peer: Peer, question: Question): Promise<readonly string[]> {
  const database = await testDatabase();
  let losing = false;
  const meddle: Meddle = async (exchange) => {
    if (losing && exchange.operation === peer.takesBy) {
      losing = false;
      return undefined;
    }
    return returningOldItems(exchange);
  };
  const proxy = await wireProxy(database.endpoint, meddle);
  const processes: Process[] = [];
  try {
    await peer.prepare(database.endpoint);
    return await question.see({
      peer,
      endpoint: database.endpoint,
      async process(how) {
        const started = await peer.start(proxy.endpoint, how);
        processes.push(started);
        return started;
      },
      loseTheNextAnswer() {
        losing = true;
      },
    });
  } finally {
    await Promise.all(processes.map((each) => each.close()));
    await proxy.close();
    await database.close();
  }
}

async function running(process: Process, atMostMs: number): Promise<Running> {
  const answer = await process.begin(atMostMs);
  if (letIn(answer)) return answer;
  throw new Error(`expected the process to be let in, got ${answer}`);
}

function admission(answer: Running | string): string {
  return letIn(answer) ? 'let in' : `not let in: ${answer}`;
}
