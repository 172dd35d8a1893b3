/**
 * One round: a service of its own, some ticks, a fault at each. When the faults are over, the service must succeed
 * again, and every run must be accounted for. What a round does depends on its seed alone, but for the moments at which
 * processes get to run.
 */
import type { HandlerEvent } from '../../../lib/lambda/index.ts';
import { unmarshalled } from './calls.ts';
import { COUNTS, type Count, type Ground, type Played } from './ground.ts';
import type { Ending, Instance } from './instances.ts';
import { RULES } from './messages.ts';
import type { Play } from './play.ts';
import { dice, FAULTS, faultName, type Strike } from './strikes.ts';
import { Witness } from './witness.ts';

/** Few enough that the history of the item, of 20 runs, holds them all. */
const STEPS = 8;
const INSTANCES = 3;
const MINUTE = 60_000;
const AFTER = 'after the faults';

/** Plays the round of a seed. */
export async function playRound(ground: Ground, seed: number): Promise<Played> {
  const round = new Round(ground, seed);
  for (let step = 0; step < STEPS; step++) {
    const [place, manner] = FAULTS[(seed * STEPS + step) % FAULTS.length] ?? ['acquire', 'answer lost'];
    await round.tick({ place, manner, client: '', left: 1, struck: 0 });
  }
  await round.applyRun();
  return round.played();
}

class Round {
  readonly #service: string;
  readonly #ground: Ground;
  readonly #roll: () => number;
  readonly #witness: Witness;
  readonly #strikes: Strike[] = [];
  readonly #struck = new Map<string, number>();
  readonly #violations: { fault: string; what: string }[] = [];
  readonly #counts = Object.fromEntries(COUNTS.map((count) => [count, 0])) as Record<Count, number>;
  #due: number;
  #fails = false;
  #isPaused = false;
  #fault = AFTER;

  constructor(ground: Ground, seed: number) {
    this.#ground = ground;
    this.#service = `remote-${seed}-${ground.field.ahead.toString(36).slice(-6)}`;
    this.#roll = dice(seed);
    const find = (client: string) => ground.up.find((instance) => instance.client === client);
    this.#witness = new Witness((client) => find(client)?.alive() === true);
    const play: Play = {
      witness: this.#witness,
      strikes: this.#strikes,
      instruct: () => (this.#fails ? 'fail' : 'succeed'),
      instanceOf: find,
      pauseOrResume: (action) => this.#pauseOrResume(action),
      rival: () => this.#rival(),
    };
    ground.field.play = play;
    this.#due = Math.ceil((Date.now() + ground.field.ahead) / MINUTE) * MINUTE;
  }

  /**
   * One tick under one fault: delivered to one process or several, perhaps while an operator is at work, perhaps
   * delivered again.
   */
  async tick(planned: Strike): Promise<void> {
    const { field } = this.#ground;
    await this.#replaceTheCrashed();
    const [hit, second] = this.#ground.up as [Instance, Instance];
    const strike = { ...planned, client: hit.client, left: this.#timesOf(planned) };
    this.#fault = faultName(planned.place, planned.manner);
    this.#strikes.splice(0, Infinity, strike);
    this.#fails = planned.place === 'putRun' || this.#roll() < 0.4;
    if (this.#isPaused) await this.#pauseOrResume('resume');
    await this.#goOn(Math.ceil(this.#roll() * 2));

    const letGo = this.#roll() < 0.5 ? field.letGo() : undefined;
    const byHand = planned.place !== 'acquire' && this.#roll() < 0.1;
    const deliveries = [this.#deliver(hit, byHand ? { action: 'run-once', force: true } : this.#event())];
    if (strike.left > 1 || this.#roll() < 0.3) deliveries.push(this.#deliver(second, this.#event()));
    if (this.#roll() < 0.3) deliveries.push(this.#pauseOrResume(this.#roll() < 0.4 ? 'pause' : 'resume'));
    if (planned.manner.startsWith('frozen'))
      await this.#whileFrozen(strike, hit, { first: deliveries[0], other: second });
    await Promise.all([...deliveries, letGo]);
    if (this.#roll() < 0.3) await this.#again(second);
    this.#strikes.length = 0;
    this.#struck.set(this.#fault, (this.#struck.get(this.#fault) ?? 0) + strike.struck);
    this.#takeViolations();
  }

  /** The faults are over: what was held arrives, dead runs are counted, and then a tick succeeds. */
  async applyRun(): Promise<void> {
    const { field, up } = this.#ground;
    this.#fault = AFTER;
    this.#fails = false;
    await field.letGo();
    await this.#replaceTheCrashed();
    const [instance] = up as [Instance];
    if (this.#isPaused) await this.#pauseOrResume('resume');
    let ending: Ending = { kind: 'never ended' };
    for (let attempt = 0; attempt < 2 && !succeeded(ending); attempt++) {
      await this.#goOn(1);
      ending = await this.#deliver(instance, this.#event());
    }
    if (!succeeded(ending)) this.#violated(`I4 a tick after the faults came to ${JSON.stringify(ending)}`);
    this.#witness.reckon(await this.#item());
    this.#takeViolations();
  }

  played(): Played {
    const { runs, crashed, overlaps } = this.#witness;
    Object.assign(this.#counts, { leases: runs.size, 'crashes counted': crashed, 'stale runs': overlaps });
    return { struck: this.#struck, violations: this.#violations, counts: this.#counts };
  }

  /** While a process is frozen time goes on, its lease ends, and the next tick runs elsewhere. */
  async #whileFrozen(
    strike: Strike,
    frozen: Instance,
    { first, other }: { first: Promise<Ending> | undefined; other: Instance },
  ) {
    let ended = false;
    void first?.then(() => {
      ended = true;
    });
    while (strike.struck === 0 && !ended) await new Promise((resolve) => setTimeout(resolve, 5));
    await this.#goOn(2);
    await this.#deliver(other, this.#event());
    frozen.signal('SIGCONT');
  }

  /** The same tick once more, at once or when every lease has ended. */
  async #again(instance: Instance): Promise<void> {
    if (this.#roll() < 0.5) this.#ground.field.ahead += RULES.timeout + RULES.leaseMargin + 1_000;
    await this.#deliver(instance, this.#event());
  }

  /** An operator is at work, by way of a process that no fault strikes. */
  async #pauseOrResume(action: 'pause' | 'resume'): Promise<Ending> {
    const event: HandlerEvent = action === 'pause' ? { action, reason: 'moving house', by: 'ada' } : { action };
    this.#isPaused = action === 'pause';
    this.#counts[action === 'pause' ? 'pauses' : 'resumes'] += 1;
    const [instance] = this.#ground.up.slice(-1) as [Instance];
    const ending = await instance.invoke(this.#service, event, this.#ground.field.ahead);
    if (ending.kind !== 'answered') this.#violated(`I7 an operator was not answered: ${JSON.stringify(ending)}`);
    return ending;
  }

  async #rival(): Promise<Ending> {
    const [instance] = this.#ground.up.slice(-1) as [Instance];
    this.#strikes.push({ place: 'acquire', manner: 'request lost', client: instance.client, left: 3, struck: 0 });
    return this.#deliver(instance, this.#event());
  }

  async #deliver(instance: Instance, event: HandlerEvent): Promise<Ending> {
    const tick = this.#due;
    const runs = () => [...this.#witness.runs.values()].filter((run) => run.client === instance.client);
    const started = () => runs().filter((run) => run.started && (run.tick ?? tick) === tick).length;
    const before = started();
    this.#counts.deliveries += 1;
    const ending = await instance.invoke(this.#service, event, this.#ground.field.ahead);
    this.#judge(ending, started() > before);
    return ending;
  }

  /** What a delivery was told must be what happened. */
  #judge(ending: Ending, hasRun: boolean): void {
    if (ending.kind === 'never ended') this.#violated('I6 a delivery never ended');
    if (ending.kind === 'died') this.#counts['died'] += 1;
    if (ending.kind === 'threw') this.#judgeError(ending, hasRun);
    if (ending.kind === 'answered') this.#judgeAnswer(ending.answer, hasRun);
  }

  #judgeError({ operation, message }: Extract<Ending, { kind: 'threw' }>, hasRun: boolean): void {
    this.#counts.threw += 1;
    if (operation === 'taking the lease' && hasRun) this.#violated('I1 a tick ran without its lease');
    const lost = /run (\d+) outlived its lease/.exec(message);
    if (lost !== null && this.#fateOf(lost[1]) === 'committed') this.#violated(`I6 ${message}, but it is`);
  }

  #judgeAnswer({ disposition, fence }: Readonly<Record<string, unknown>>, hasRun: boolean): void {
    this.#counts[disposition === 'ran' ? 'ran' : 'skipped'] += 1;
    if (disposition === 'skipped' && hasRun) this.#violated('I6 a tick ran and was told as skipped');
    if (disposition !== 'ran' || this.#fateOf(fence) === 'committed') return;
    this.#violated(`I6 run ${String(fence)} was reported as ran, it is ${this.#fateOf(fence)}`);
  }

  #fateOf(fence: unknown): string {
    return this.#witness.runs.get(Number(fence))?.fate ?? 'unknown';
  }

  /** One request, all that the client sends before it gives up, or, of a commit, three times as many. */
  #timesOf({ place, manner }: Strike): number {
    const roll = this.#roll();
    if (!/lost|cut|failed/.test(manner)) return 1;
    if (place === 'commit' && roll < 0.3) return 9;
    return roll < 0.4 ? 3 : 1;
  }

  #event(): HandlerEvent {
    return { scheduledFor: new Date(this.#due).toISOString() };
  }

  /**
   * Time goes on by so many ticks, and to where the service backs off no more: a little behind that tick's due time.
   */
  async #goOn(ticks: number): Promise<void> {
    const notBefore = Number((await this.#item())['notBefore'] ?? 0);
    this.#due = Math.max(this.#due + ticks * MINUTE, Math.ceil(notBefore / MINUTE) * MINUTE);
    const { field } = this.#ground;
    field.ahead = Math.max(field.ahead, this.#due + 500 - Date.now());
  }

  async #replaceTheCrashed(): Promise<void> {
    const { up, instances } = this.#ground;
    const alive = up.filter((instance) => instance.alive());
    while (alive.length < INSTANCES) alive.push(await instances.take());
    // Who is hit is another one each time.
    up.splice(0, up.length, ...alive.slice(1), ...alive.slice(0, 1));
  }

  async #item(): Promise<Readonly<Record<string, unknown>>> {
    return unmarshalled((await this.#ground.field.item(this.#service)) ?? {});
  }

  #violated(what: string): void {
    this.#violations.push({ fault: this.#fault, what });
  }

  #takeViolations(): void {
    for (const what of this.#witness.violations.splice(0)) this.#violated(what);
  }
}

function succeeded(ending: Ending): boolean {
  return ending.kind === 'answered' && ending.answer['outcome'] === 'succeeded';
}
