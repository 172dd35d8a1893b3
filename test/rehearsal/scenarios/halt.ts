/** A halt, what may be done about it by hand, and a resume. */
import { eventually } from '../../support/eventually.ts';
import { idPart } from '../deployed.ts';
import { invoke } from '../invoke.ts';
import { ask, handOver, holds, type Stage, steer, tick } from '../stage.ts';

const SERVICE = 'steered';

export async function haltAndResume(stage: Stage): Promise<void> {
  await halt(stage);
  await byHand(stage);
  await resume(stage);
}

async function halt(stage: Stage): Promise<void> {
  const { transcript } = stage;
  transcript.section(
    'A halt',
    'An answer of 404 is fatal: the service halts, and throws once, so that Lambda counts an error.',
  );
  steer(stage, 404);
  await haltByTick(stage, SERVICE, 7);
  await tick(
    stage,
    { service: SERVICE, number: 8 },
    { answer: { disposition: 'skipped', reason: 'halted', nextDue: null }, metrics: { Halted: 1 } },
  );
}

async function byHand(stage: Stage): Promise<void> {
  stage.transcript.section(
    'Run once, by hand',
    'A halt also stops manual runs, unless they have `force`; such a run is then a probe.',
  );
  await ask(
    stage,
    SERVICE,
    { action: 'run-once' },
    { answer: { disposition: 'skipped', reason: 'halted', outcome: null, stays: ['halt'] } },
  );
  await ask(
    stage,
    SERVICE,
    { action: 'run-once', force: true },
    { answer: { disposition: 'ran', outcome: 'fatal', verdict: 'halted', bypassed: ['halt'], stays: ['halt'] } },
  );
  steer(stage, 200);
  await ask(
    stage,
    SERVICE,
    { action: 'run-once', force: true },
    { answer: { disposition: 'ran', outcome: 'succeeded', verdict: 'recovered', bypassed: ['halt'], stays: [] } },
  );
}

async function resume(stage: Stage): Promise<void> {
  stage.transcript.section('Resume', 'Halted again; this time a person resumes it, which is a fresh start.');
  steer(stage, 404);
  await haltByTick(stage, SERVICE, 9);
  steer(stage, 200);
  await ask(stage, SERVICE, { action: 'resume' }, { answer: { status: 'steady' } });
  await tick(
    stage,
    { service: SERVICE, number: 10 },
    {
      answer: { disposition: 'ran', outcome: 'succeeded', verdict: 'steady' },
      metrics: { FailureStreak: 0, Halted: 0 },
    },
  );
}

/** Hands the tick over as Scheduler does, and waits until the service is halted. */
export async function haltByTick(stage: Stage, service: string, number: number): Promise<void> {
  const functionName = stage.deployed.physical('AWS::Lambda::Function', idPart(service));
  await handOver(stage, service, number);
  const answer = await eventually(async () => {
    const invoked = await invoke(stage.aws, { functionName, payload: { action: 'status' } });
    return invoked.answer['status'] === 'halted' ? invoked.answer : undefined;
  });
  holds(stage.transcript, `tick ${number} of ${service}, handed over as Scheduler does, and then \`status\``, answer, {
    status: 'halted',
    cause: causeOf(stage),
  });
}

const causeOf = ({ steering }: Stage) => `HttpStatusError: GET ${steering.url} answered 404`;
