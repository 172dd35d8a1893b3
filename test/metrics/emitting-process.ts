/** A process that reports one run and ends hard right after the flush, as one does that is recycled. */
import { emfObserver } from '../../lib/metrics/index.ts';
import { tickEvent } from './tick-events.ts';

const observer = emfObserver();
observer.tickEnded?.(tickEvent({ outcome: 'timed-out' }, { streak: 2 }));
await observer.flush?.();
process.exit(1);
