/** A process that is the watchdog's Lambda function: it invokes the handler once and prints its answer. */
import { handler } from '../../functions/watch-services.ts';

const answer = await handler({ action: 'run-once' }, { getRemainingTimeInMillis: () => 20_000 });
console.log(JSON.stringify({ answer }));
process.exit(0);
