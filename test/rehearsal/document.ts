/** docs/rehearsal.md: what a rehearsal is, what it can't see, and the transcript of one. Pure. */
import { DROPPED } from './dropped.ts';
import { LEFT_OUT } from './left-out.ts';
import { rendered, type Transcript } from './transcript.ts';

/** The document of a rehearsal. The same in every run of the same code. */
export function document(transcript: Transcript): string {
  return `${wrapped([HEAD, limits(), rendered(transcript)].join('\n\n'))}\n`;
}

const COLUMNS = 120;

/** The page with its prose wrapped. Tables and code stay as they are. */
function wrapped(page: string): string {
  let isCode = false;
  return page
    .split('\n')
    .map((line) => {
      if (line.startsWith('```')) isCode = !isCode;
      return isCode || line.startsWith('|') ? line : wrappedLine(line);
    })
    .join('\n');
}

/** A list item goes on below its text. No line ends inside a code span. */
function wrappedLine(line: string): string {
  if (line.length <= COLUMNS) return line;
  const indent = /^(- | {2})/.test(line) ? '  ' : '';
  const end = lastBreak(line);
  return end <= indent.length ? line : `${line.slice(0, end)}\n${wrappedLine(indent + line.slice(end + 1))}`;
}

/** The last space up to the column limit that is outside all code spans; -1 without one. */
function lastBreak(line: string): number {
  const isOutside = (at: number) => line.slice(0, at).split('`').length % 2 === 1;
  let end = line.lastIndexOf(' ', COLUMNS);
  while (end > 0 && !isOutside(end)) end = line.lastIndexOf(' ', end - 1);
  return end;
}

const HEAD = [
  '# The deploy, rehearsed',
  '',
  '`npm run rehearse` writes this page; do not edit it. It starts an empty AWS emulator on this machine, runs the real `cdk bootstrap` and `cdk deploy` against it, works with what was deployed, breaks it on purpose, and takes it down again. The tables below show each request and its answer.',
  '',
  '- It needs Python 3.11 or newer, and PyPI the first time; no Docker, no account, and no network after that. The emulator is ministack, pinned with all its dependencies in `test/rehearsal/requirements.txt`. It listens on 127.0.0.1 alone, which is checked. When the rehearsal ends, it stops the emulator and everything that the emulator started.',
  '- The deployed code comes from a copy of the checkout, with two services added in the way the README describes: `steered` and `bystander`, which succeed or fail as a test server tells them. The deployed bundles run on the Node that runs this command.',
  "- If a check fails, the command exits with 1 and prints the reason; if the emulator can't be installed, it exits with 2. `npm run rehearse -- --check` writes nothing, and also fails if this page would change. `--keep` leaves the emulator running, so that you can look at it.",
  '- Ticks are numbered. They are an hour apart and all lie in the past.',
].join('\n');

function limits(): string {
  const leftOut = Object.entries(LEFT_OUT).map(([type, how]) => `| ${type} | can't be made | ${how} |`);
  const dropped = DROPPED.map(
    ({ type, property, meaning }) => `| ${type} \`${property}\` | not kept | asserted on the template: ${meaning} |`,
  );
  const rest = NOT_SEEN.map(([what, how, instead]) => `| ${what} | ${how} | ${instead} |`);
  return [
    '## What the emulator can not do',
    '',
    LIMITS,
    '',
    '| what | how | instead |',
    '|---|---|---|',
    ...leftOut,
    ...dropped,
    ...rest,
  ].join('\n');
}

const LIMITS =
  "The rows *can't be made* and *not kept* are checked in both directions: the rehearsal fails if the emulator can do less than listed, or more.";

const NOT_SEEN: readonly (readonly [string, string, string])[] = [
  [
    'rights',
    'everybody may do everything',
    'what the engine and Scheduler need is judged on the template by the evaluator of `test/infra/policy`, the rest there',
  ],
  ['metrics in the log', 'not read', 'the rehearsal gives each figure from the log to CloudWatch'],
  [
    "an alarm's dimensions, its missing data",
    'ignored',
    'compared with what the function emits; `test/infra/alarms` tests the rest',
  ],
  [
    "Scheduler's placeholders",
    'delivered unfilled',
    "the rehearsal fills in the placeholders of numbered ticks as Scheduler would; a firing by the emulator's own schedule takes the latest due time",
  ],
  ["Scheduler's retries and flexible window", 'delivered once, on time', '`test/infra/schedule-expression.test.ts`'],
  ['processor, memory, Node version', "this machine's", 'see `test/runtime`'],
];
