/**
 * Flow runs, imported with the project's own command, marked by the deployed service, and listed; then by its schedule
 * alone.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toIso } from '../../../lib/time/index.ts';
import { runScript } from '../../support/process.ts';
import { idPart } from '../deployed.ts';
import { RehearsalError, refuse } from '../failure.ts';
import { ask, holds, type Stage } from '../stage.ts';

const SERVICE = 'mark-late-runs';
const HOUR = 3_600_000;

export async function markedByHand(stage: Stage): Promise<void> {
  stage.transcript.section(
    'Late flow runs',
    'Imported by `npm run flow-runs` into the deployed table, and marked by the deployed function. The service is paused meanwhile, so that its schedule does not come first; ' +
      'then a third flow run is imported and left to the schedule.',
  );
  await ask(
    stage,
    SERVICE,
    { action: 'pause', reason: 'rehearsal', by: 'rehearsal' },
    { answer: { status: 'paused' } },
  );
  await flowRuns(
    stage,
    ['import', await fileOf(stage, ['early-bird', 'night-owl'])],
    '2 flow runs imported, 0 not understood',
  );
  await ask(stage, SERVICE, { action: 'run-once' }, { answer: { disposition: 'skipped', reason: 'paused' } });
  await ask(
    stage,
    SERVICE,
    { action: 'run-once', force: true },
    { answer: { disposition: 'ran', outcome: 'succeeded', bypassed: ['pause'], stays: ['pause'], result: marked(2) } },
  );
  await flowRuns(stage, ['list', '--state', 'Late'], '2 flow runs in state Late');
  await ask(stage, SERVICE, { action: 'resume' }, { answer: { status: 'steady' } });
}

/** One more flow run is imported, and nobody asks for anything more. */
export async function importedForTheSchedule(stage: Stage): Promise<void> {
  await flowRuns(stage, ['import', await fileOf(stage, ['third-man'])], '1 flow run imported, 0 not understood');
}

/** The schedule fired, and its run marked what was imported. */
export async function markedByTheSchedule(stage: Stage, since: number): Promise<void> {
  stage.transcript.section(
    'A schedule that fired by itself',
    'Nobody has invoked mark-late-runs since the third flow run was imported: its deployed schedule did, within the minute.',
  );
  const logGroup = stage.deployed.physical('AWS::Logs::LogGroup', idPart(SERVICE));
  const line = await patiently(async () => {
    const lines = (await stage.aws.logLines(logGroup, since)).filter((text) => text.startsWith('{"level"'));
    return lines
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .find(({ message, result }) => message === 'tick' && (result as { marked?: number } | undefined)?.marked === 1);
  });
  holds(stage.transcript, 'the log of mark-late-runs', line, {
    message: 'tick',
    manual: false,
    disposition: 'ran',
    outcome: 'succeeded',
    result: marked(1),
  });
  // Filled in, it would be told: should the emulator ever do that, its input can be rehearsed as it comes.
  refuse('the emulator fills in placeholders by now', line['executionId'] === undefined ? [] : ['executionId is told']);
  await flowRuns(stage, ['list', '--state', 'Late'], '3 flow runs in state Late');
}

/** A minute's schedule, looked at by the emulator every 10 s, is due within 70 s. */
async function patiently<Found>(check: () => Promise<Found | undefined>): Promise<Found> {
  for (let second = 0; second < 150; second++) {
    const found = await check();
    if (found !== undefined) return found;
    await sleep(1_000);
  }
  throw new RehearsalError('the schedule of mark-late-runs did not fire within 150 s');
}

function marked(count: number): Record<string, number> {
  return { marked: count, alreadyLate: 0, movedOn: 0, deleted: 0, failed: 0, unfinished: 0, pages: 1 };
}

/** Runs the project's command on the deployed table; its last line must be this. */
async function flowRuns(stage: Stage, args: readonly string[], expected: string): Promise<void> {
  const { emulator, deployed, transcript } = stage;
  const table = deployed.physical('AWS::DynamoDB::Table', 'FlowRunsTable');
  const { AWS_ENDPOINT_URL: endpoint = '', ...environment } = emulator.environment;
  const flags = ['--endpoint', endpoint, '--table', table, '--directory', join(emulator.directory, 'unused')];
  const { lines } = await runScript('lib/cli/flow-runs.ts', [...flags, ...args], environment);
  const [command, ...rest] = args;
  const asked = `\`npm run flow-runs -- ${[command, ...rest.map((word) => (word.endsWith('.json') ? 'FILE' : word))].join(' ')}\``;
  holds(transcript, asked, { reported: lines.at(-1) }, { reported: expected });
}

/** Flow runs of these names that should have started an hour ago, as a Prefect server's API returns them. */
async function fileOf({ emulator }: Stage, names: readonly string[]): Promise<string> {
  const path = join(emulator.directory, `${names.join('-')}.json`);
  const runs = names.map((name) => {
    const state = { id: `state-of-${name}`, type: 'SCHEDULED', name: 'Scheduled', timestamp: anHourAgo() };
    return { id: name, name, next_scheduled_start_time: anHourAgo(), expected_start_time: anHourAgo(), state };
  });
  await writeFile(path, JSON.stringify(runs));
  return path;
}

function anHourAgo(): string {
  return toIso(Date.now() - HOUR);
}
