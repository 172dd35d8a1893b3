/** What the watch says of the services: metric `Overdue`, 1 or 0 in unit Count, under each watched service's own name. */
import { emfLines } from './emf-lines.ts';
import { DEFAULT_NAMESPACE, type EmfOptions } from './emf-options.ts';

/** Takes what is said of each service; it leaves with `flush`, at once. */
export interface OverdueEmf {
  set(service: string, overdue: boolean): void;
  flush(): void;
}

/** Writes `Overdue` in embedded metric format. */
export function overdueEmf({ namespace = DEFAULT_NAMESPACE }: EmfOptions = {}): OverdueEmf {
  const lines = emfLines(namespace);
  return {
    set: (service, overdue) => lines.add(service, { counts: { Overdue: overdue ? 1 : 0 } }),
    flush: () => lines.flush(),
  };
}
