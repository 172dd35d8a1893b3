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

/** A list item goes on below its text. */
function wrappedLine(line: string): string {
  if (line.length <= COLUMNS) return line;
  const indent = /^(- | {2})/.test(line) ? '  ' : '';
  const end = line.lastIndexOf(' ', COLUMNS);
  return end <= indent.length ? line : `${line.slice(0, end)}\n${wrappedLine(indent + line.slice(end + 1))}`;
}

const HEAD = `# The deploy, rehearsed

\`npm run rehearse\` writes this page; do not edit it. It starts an empty AWS emulator on this machine, runs the real \`cdk bootstrap\` and \`cdk deploy\`
against it, works with what was deployed, breaks it on purpose, and takes it down again. Below stands what was asked and what was answered.

- It needs Python 3.11 or newer, and PyPI the first time; no Docker, no account, and no network after that. The emulator is ministack, pinned with all it
  stands on in \`test/rehearsal/requirements.txt\`. It listens on 127.0.0.1 alone, which is checked, and is ended with everything it started.
- What is deployed comes from a copy of the checkout, with two services added as the README says a user adds one: \`steered\` and \`bystander\` do as a server
  tells them. The deployed bundles run on the Node that runs this command.
- It ends with 1 and a line that says why when anything does not hold, with 2 where the emulator can't be had. \`npm run rehearse -- --check\` writes nothing and also fails
  if this page would be another; \`--keep\` leaves the emulator up to look at.
- Ticks are numbered; they lie an hour apart, all of them past.`;

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
  "The first two kinds are asserted both ways: more of them fails the rehearsal, and so does an emulator that can do more. Earlier\nversions also gave functions no name and a remaining time that stood still, and kept neither a schedule's retries nor where failed events go: this one does.";

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
    'compared with what the function emits; `test/infra/alarms` plays the rest',
  ],
  [
    "Scheduler's placeholders",
    'delivered unfilled',
    'the ticks of the stories are filled as Scheduler does; a firing by itself takes the latest due time',
  ],
  ["Scheduler's retries and flexible window", 'delivered once, on time', '`test/infra/schedule-expression.test.ts`'],
  ['processor, memory, Node version', "this machine's", 'see `test/runtime`'],
];
