import { raiseForStatus, type Surroundings } from 'tickover';

/** The sessions of an application. */
export interface Sessions {
  expired(most: number, signal: AbortSignal): Promise<string[]>;
  remove(ids: readonly string[], signal: AbortSignal): Promise<void>;
}

/** The sessions behind an HTTP API. */
export function httpSessions({ env }: Surroundings): Sessions {
  const url = `${env['APP_URL'] ?? 'https://app.example.com'}/sessions`;
  return {
    async expired(most, signal) {
      const response = raiseForStatus(await fetch(`${url}?expired=true&limit=${most}`, { signal }));
      return (await response.json()) as string[];
    },
    async remove(ids, signal) {
      const body = JSON.stringify({ ids });
      raiseForStatus(await fetch(url, { method: 'DELETE', body, signal }));
    },
  };
}
