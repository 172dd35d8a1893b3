/** Which addresses a process listens on, as Linux tells it. */
import { readdir, readFile, readlink } from 'node:fs/promises';

const LISTENING = '0A';
/** 127.0.0.1 as /proc writes it. */
const LOOPBACK = '0100007F';

/** The TCP sockets on which a process listens beyond 127.0.0.1, as /proc writes them (address:port in hexadecimal). */
export async function listenersBeyondLoopback(pid: number): Promise<string[]> {
  const own = await socketsOf(pid);
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8')));
  return tables.flatMap((table) => beyondLoopback(table, own));
}

/** Of a table of sockets those that listen, belong to one of the inodes, and are reached by more than 127.0.0.1. */
export function beyondLoopback(table: string, inodes: ReadonlySet<string>): string[] {
  return table
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode = '']) => state === LISTENING && inodes.has(inode))
    .map(([, address = '']) => address)
    .filter((address) => !address.startsWith(`${LOOPBACK}:`));
}

async function socketsOf(pid: number): Promise<Set<string>> {
  const files = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  return new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? ''));
}
