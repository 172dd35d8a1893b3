/** What becomes of a request that a fault strikes. */
import type { Exchange, Reply } from '../../support/wire-proxy.ts';
import type { Instance } from './instances.ts';
import type { Manner } from './strikes.ts';

/** A request that is struck. */
export interface Hit {
  /** Who sent it. */
  readonly sender: Instance | undefined;
  /** Passes it on to the database. */
  pass(): Promise<Exchange>;
  /** The answer as the sender would have it. */
  answered(exchange: Exchange): Promise<NonNullable<Reply>>;
  /** Lets an operator pause or resume the service. */
  pauseOrResume(action: 'pause' | 'resume'): Promise<unknown>;
  /** Lets another process have the same tick, unheard. */
  rival(): Promise<unknown>;
  /** Waits until held requests are let go. */
  hold(pass: () => Promise<Exchange>): Promise<void>;
}

/** Longer than the client waits for an answer. */
const SLOW = 1_200;

const TYPES = 'com.amazonaws.dynamodb.v20120810#';
const AWAY = { status: 500, answer: { __type: `${TYPES}InternalServerError`, message: 'away' } };
const THROTTLED = {
  status: 400,
  answer: { __type: `${TYPES}ProvisionedThroughputExceededException`, message: 'slow down' },
};

const NOTHING = async () => undefined;

/** What each manner of striking does, and what the sender gets. */
const MANNERS: Readonly<Record<Manner, (hit: Hit) => Promise<Reply>>> = {
  'killed before': async ({ sender }) => void sender?.signal('SIGKILL'),
  'killed after': async ({ sender, pass }) => pass().then(() => void sender?.signal('SIGKILL')),
  'frozen before': async ({ sender }) => void sender?.signal('SIGSTOP'),
  'frozen after': async ({ sender, pass }) => pass().then(() => void sender?.signal('SIGSTOP')),
  'request lost': NOTHING,
  'answer lost': ({ pass }) => pass().then(NOTHING),
  'answer cut': async ({ pass, answered }) => ({ ...(await answered(await pass())), cut: true }),
  async 'answer slow'({ pass, answered }) {
    const reply = await answered(await pass());
    await new Promise((resolve) => setTimeout(resolve, SLOW));
    return reply;
  },
  'request held': ({ pass, hold }) => hold(pass).then(NOTHING),
  'request repeated': async ({ pass, answered }) => pass().then(async () => answered(await pass())),
  'failed before': async () => AWAY,
  'failed after': ({ pass }) => pass().then(() => AWAY),
  throttled: async () => THROTTLED,
  'paused before': async ({ pauseOrResume, pass, answered }) =>
    pauseOrResume('pause').then(async () => answered(await pass())),
  'rival runs before': async ({ rival, pass, answered }) => rival().then(async () => answered(await pass())),
  'resumed before': async ({ pauseOrResume, pass, answered }) =>
    pauseOrResume('resume').then(async () => answered(await pass())),
};

/** Strikes a request. */
export function strike(manner: Manner, hit: Hit): Promise<Reply> {
  return MANNERS[manner](hit);
}
