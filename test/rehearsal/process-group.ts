/** A process and all that it started, ended together: it was spawned as the leader of a group of its own. */

/** Sends a signal to every process of a group; none is left if there was none. */
export function endGroup(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  // Of 0, the group would be our own.
  if (pid === 0) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of it is left.
  }
}
