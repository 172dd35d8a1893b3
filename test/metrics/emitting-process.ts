/** A process that tells one run and ends hard right after the flush, as one does that is recycled. */
import { emfObserver } from '../../lib/metrics/index.ts';
import { story } from './stories.ts';

const observer = emfObserver();
observer.tickEnded?.(story({ outcome: 'timed-out' }, { streak: 2 }));
await observer.flush?.();
process.exit(1);
