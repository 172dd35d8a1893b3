/** The comparison: every peer that can be had here is asked every question. */
import { mkdir } from 'node:fs/promises';
import { ROOT } from '../../support/process.ts';
import type { Peer } from './peer.ts';
import { powertoolsIdempotency } from './powertools.ts';
import { ask, QUESTIONS } from './questions.ts';
import { shedlock } from './shedlock.ts';
import { tickover } from './tickover.ts';

/** Where peers are installed: nothing of theirs is among the project's own packages. */
const FOLDER = `${ROOT}/node_modules/.cache/tickover-peers`;

/** Asks all peers everything; gives Markdown, a table a question. A peer that can't be had is named with the reason. */
export async function comparePeers(print: (line: string) => void): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const missing: string[] = [];
  const peers: Peer[] = [tickover()];
  for (const [name, get] of [
    ['Powertools Idempotency', powertoolsIdempotency],
    ['ShedLock', shedlock],
  ] as const) {
    print(`getting ${name}`);
    try {
      peers.push(await get(FOLDER));
    } catch (error) {
      missing.push(`${name} was not run: ${String((error as Error).message).split('\n')[0]}`);
    }
  }
  const parts = [];
  for (const question of QUESTIONS) {
    print(question.asks);
    const rows = [];
    for (const peer of peers) rows.push([peer.name, ...(await ask(peer, question))]);
    parts.push(`${question.asks}:\n\n${table(['', ...question.sees], rows)}`);
  }
  return [...parts, ...missing].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
