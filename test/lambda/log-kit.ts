/** What the real Logger writes to the process's streams, kept. */
import { afterEach, beforeEach, vi } from 'vitest';
import { serviceLog } from '../../lib/lambda/index.ts';
import { functionUnderTest, type KitOptions } from './kit.ts';

export type Line = Readonly<Record<string, unknown>>;

export const written: string[] = [];

/** Has what each test of the calling file writes kept. */
export function keepWritten(): void {
  beforeEach(() => {
    written.length = 0;
    const keep = (chunk: unknown) => written.push(String(chunk)) > 0;
    vi.spyOn(process.stdout, 'write').mockImplementation(keep);
    vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
}

/** A function that logs as on Lambda. */
export function logging(options: KitOptions = {}) {
  const { ports, ...rest } = options;
  return functionUnderTest({ ...rest, ports: { log: serviceLog('sync'), ...ports } });
}

/** The lines written so far; each must be one line of JSON. */
export function lines(): Line[] {
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

export const ticks = () => lines().filter(({ message }) => message === 'tick');
