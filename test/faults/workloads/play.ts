/** Plays a scenario on a host, and judges what became of it by the state, the log and the marks that runs left. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf } from '../../../lib/local/functions/environment.ts';
import { NEVER_RUN, type ServiceState } from '../../../lib/rules/index.ts';
import type { StateStore } from '../../../lib/tick/index.ts';
import { testDatabase } from '../../support/dynalite.ts';
import type { Bundles } from './bundles.ts';
import { misbehaves } from './fixtures/misbehaves.ts';
import { type Came, type Host, type HostSetup, processHost, workerHost } from './hosts.ts';
import type { End, HostKind, Scenario, Step } from './scenarios.ts';

/** What the plays share. */
export interface Stage {
  readonly bundles: Bundles;
  /** A DynamoDB. */
  readonly endpoint: string;
}

/** What was seen of a play. */
interface Seen {
  readonly came: readonly Came[];
  readonly lines: readonly string[];
  readonly state: ServiceState;
  /** A line a run that began: its number and way. */
  readonly begun: readonly string[];
}

const MINUTE = 60_000;
const HOSTS: Readonly<Record<HostKind, (setup: HostSetup) => Host>> = { process: processHost, worker: workerHost };
let plays = 0;

/** Plays the scenario and gives each promise that it broke, in a line. */
export function play(scenario: Scenario, kind: HostKind, stage: Stage): Promise<string[]> {
  return onHost(kind, stage, async (playing) => {
    const { host, store, way } = playing;
    const came = await invokeEach(scenario.steps, playing);
    await host.close();
    const state = (await store.read(misbehaves.name)) ?? NEVER_RUN;
    const begun = await readFile(`${way}.runs`, 'utf8').catch(() => '');
    return judge(scenario, kind, { came, lines: host.lines, state, begun: begun.trim().split('\n') });
  });
}

/** A host on a table of its own, with the file that names the way its runs go. */
export interface Playing {
  readonly host: Host;
  readonly store: StateStore;
  readonly way: string;
}

/** Gives the work a host, and ends that with everything it needed. */
export async function onHost<Result>(
  kind: HostKind,
  stage: Stage,
  work: (playing: Playing) => Promise<Result>,
): Promise<Result> {
  const id = `play-${process.pid}-${++plays}`;
  const database = await testDatabase(stage.endpoint, id);
  const directory = join(stage.bundles.directory, id);
  await mkdir(directory);
  const way = join(directory, 'way');
  const { AWS_LAMBDA_FUNCTION_NAME: _, ...inherited } = process.env;
  const env = {
    ...environmentOf(
      { endpoint: stage.endpoint, embedded: false, shared: false },
      { ...inherited, TICKOVER_TABLE: id },
    ),
    WAY: way,
  };
  const host = HOSTS[kind]({ bundles: stage.bundles, env });
  try {
    return await work({ host, store: database.connect().store, way });
  } finally {
    await host.close();
    await database.close();
  }
}

async function invokeEach(steps: readonly Step[], { host, store, way }: Playing): Promise<Came[]> {
  const first = Math.floor(Date.now() / MINUTE) * MINUTE - (steps.length + 1) * MINUTE;
  const came: Came[] = [];
  for (const [index, step] of steps.entries()) {
    await writeFile(way, step.way);
    came.push(await host.invoke({ scheduledFor: new Date(first + index * MINUTE).toISOString() }));
    await leaseOver(store);
  }
  return came;
}

/** Who died holds its lease for a while: the next tick comes after it. */
async function leaseOver(store: StateStore): Promise<void> {
  const lease = (await store.read(misbehaves.name))?.lease;
  if (lease !== undefined) await sleep(Math.max(0, lease.until - Date.now()) + 20);
}

function judge(scenario: Scenario, kind: HostKind, seen: Seen): string[] {
  const { steps } = scenario;
  return [
    ...steps.flatMap((step, index) => endFault(step.end, kind, { index, came: seen.came[index] })),
    ...differences('outcomes', outcomesOf(seen.state), steps.map(({ outcome }) => outcome).slice(-20)),
    ...differences('runs', seen.begun.map(numberOf), numbersOf(steps)),
    ...differences('ticks told', ticksReported(seen), ticksExpected(steps)),
    ...countingFaults(seen.state, steps.length),
    ...handleFaults(steps, seen.came),
    ...(scenario.reported ?? []).flatMap((reported) =>
      seen.lines.some((line) => reported.test(line)) ? [] : [`unreported: ${reported}`],
    ),
    ...seen.lines.filter((line) => scenario.unreported?.test(line)).map((line) => `reported: ${line}`),
  ].map((fault) => `${scenario.fault} (${kind}): ${fault}`);
}

/** Whether the invocation ended as it must. */
function endFault(end: End, kind: HostKind, { index, came }: { index: number; came: Came | undefined }): string[] {
  const answers = end === 'answers' || (end === 'renews' && kind === 'worker');
  const answered = came !== undefined && 'answer' in came;
  return answers === answered ? [] : [`invocation ${index + 1}: expected that it ${end}, got ${JSON.stringify(came)}`];
}

function outcomesOf({ runs }: ServiceState): string[] {
  return runs.map(({ outcome }) => outcome);
}

function numberOf(begun: string): string {
  return begun.split(' ')[0] ?? '';
}

/** One that is gone in `prepare` never begins. */
function numbersOf(steps: readonly Step[]): string[] {
  return steps.flatMap(({ way }, index) => (way === 'exits while it prepares' ? [] : [String(index + 1)]));
}

/** Number, outcome and counted crashes of each tick that told its end. */
function ticksReported({ lines }: Seen): string[] {
  return lines
    .filter((line) => line.includes('"message":"tick"'))
    .map((line) => JSON.parse(line.slice(line.indexOf('{"level"'))) as Record<string, unknown>)
    .map(({ fence, outcome, crashesBooked }) => `${fence} ${outcome} ${crashesBooked}`);
}

/** Of a run that died nothing is told but by the next, which counts it. */
function ticksExpected(steps: readonly Step[]): string[] {
  const crashed = (step: Step | undefined) => step?.outcome === 'crashed';
  return steps.flatMap((step, index) =>
    crashed(step) ? [] : [`${index + 1} ${step.outcome} ${crashed(steps[index - 1]) ? 1 : 0}`],
  );
}

/** Every run is counted, once, and nobody holds the lease. */
function countingFaults({ fence, countedUpTo, lease, streak, cursor }: ServiceState, runs: number): string[] {
  const faults: string[] = [];
  if (fence !== runs || countedUpTo !== runs)
    faults.push(`expected ${runs} runs, all counted, got fence ${fence}, counted up to ${countedUpTo}`);
  if (lease !== undefined) faults.push('somebody holds the lease');
  if (streak !== 0) faults.push(`expected the last run to have ended the streak, got ${streak}`);
  if (cursor !== undefined) faults.push(`nobody moved the cursor while they ran, yet it is '${cursor}'`);
  return faults;
}

/**
 * Whether a process has come to hold more (timers, sockets) than after its first answer. What a workload leaves there
 * itself is its own.
 */
function handleFaults(steps: readonly Step[], came: readonly Came[]): string[] {
  const faults: string[] = [];
  let first: readonly string[] | undefined;
  let others = false;
  for (const [index, step] of steps.entries()) {
    const held = heldAfter(came[index]);
    others = held !== undefined && (others || step.way.startsWith('leaves'));
    first = held === undefined || others ? undefined : (first ?? held);
    faults.push(...differences(`held after ${index + 1}`, held ?? [], first ?? held ?? []));
  }
  return faults;
}

function heldAfter(came: Came | undefined): readonly string[] | undefined {
  return came !== undefined && 'answer' in came ? came.held : undefined;
}

function differences(what: string, got: readonly string[], expected: readonly string[]): string[] {
  const [one, other] = [got.join(', '), expected.join(', ')];
  return one === other ? [] : [`${what}: expected ${other}, got ${one}`];
}
