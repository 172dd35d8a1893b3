/**
 * `npm run consumer -- [--node 20,22,24] [--case empty,cdk-template,pnpm,workspaces] [--tools DIR]`: uses the packed
 * package in projects outside of this repository, as their users would. Without `--node` and `--case` it does what
 * `.ci/run` has time for: each case under the Node that runs this command, and the test of an empty folder under the
 * others. Ends with 0 if everything held, and with 1 if not.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { packInto } from '../../support/packed.ts';
import { bundleFigures } from './bundle-figures.ts';
import { CASES, type CaseName, directoryFor } from './cases.ts';
import { type BuildIds, expectThat } from './checks.ts';
import { terminalIn } from './terminal.ts';
import { NODES, type Node, OWN_NODE, type Toolbox, TYPESCRIPTS, toolboxIn } from './tools.ts';

/** In milliseconds. */
const LONGEST_USE = 5 * 60_000;
const MOST_LINES = 10;

type NodeLine = keyof typeof NODES;

/** A case under a Node. */
interface Round {
  readonly name: CaseName;
  readonly node: Node;
  /** The versions of TypeScript that check the project, besides its own. */
  readonly compilers: readonly (typeof TYPESCRIPTS)[number][];
  readonly isFull: boolean;
}

const LINES = Object.keys(NODES) as NodeLine[];
const NAMES = Object.keys(CASES) as CaseName[];

function listOf<Value extends string>(flag: string, known: readonly Value[]) {
  return new Option(`--${flag} <list>`, known.join(', ')).argParser((text): Value[] => {
    const unknown = text.split(',').find((each) => !(known as readonly string[]).includes(each));
    if (unknown !== undefined) throw new InvalidArgumentError(`expected ${known.join(' or ')}, got '${unknown}'`);
    return text.split(',') as Value[];
  });
}

interface Flags {
  readonly node?: NodeLine[];
  readonly case?: CaseName[];
  readonly tools?: string;
}

function roundsOf({ node, case: names }: Flags, tools: Toolbox): Round[] {
  if (node !== undefined || names !== undefined) {
    return (node ?? LINES).flatMap((line) =>
      (names ?? NAMES).map((name) => ({ name, node: tools.node(line), compilers: TYPESCRIPTS, isFull: true })),
    );
  }
  const others = LINES.filter((line) => Number(line) !== OWN_NODE.line);
  return [
    ...NAMES.map((name) => {
      return { name, node: OWN_NODE, compilers: name === 'empty' ? TYPESCRIPTS : [], isFull: true };
    }),
    ...others.map((line) => ({ name: 'empty' as const, node: tools.node(line), compilers: [], isFull: false })),
  ];
}

async function main(flags: Flags): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tickover-consumer-'));
  const page = createServer((_request, response) => response.end('Hello')).listen(0, '127.0.0.1');
  try {
    await once(page, 'listening');
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}/`;
    const tools = toolboxIn(flags.tools ?? join(directory, 'tools'));
    const { filename, size, files } = packInto(directory);
    console.log(`${filename}: ${size} bytes, ${files.length} files`);
    const tarball = join(directory, 'tarball', filename);
    const builds: BuildIds[] = [];
    for (const round of roundsOf(flags, tools)) {
      const found = await play(round, { directory, tarball, tools, url });
      if (found !== undefined && round.name === 'empty') builds.push(found);
    }
    const hello = new Set(builds.map((ids) => ids['hello']));
    expectThat(hello.size <= 1, `build ids that differ between versions of Node: ${[...hello].join(', ')}`);
  } finally {
    page.closeAllConnections();
    page.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Place {
  readonly directory: string;
  readonly tarball: string;
  readonly tools: Toolbox;
  /** The page that the first service requests. */
  readonly url: string;
}

async function play({ name, node, compilers, isFull }: Round, { directory, tarball, tools, url }: Place) {
  console.log(`${name} under Node ${node.name}`);
  const project = directoryFor(name, join(directory, `${name}-${node.line}`));
  const bins = [
    node.bin,
    ...(name === 'pnpm' ? [tools.pnpm()] : []),
    ...(name === 'cdk-template' ? [tools.cdk()] : []),
  ];
  const bin = bins.join(delimiter);
  const user = terminalIn(project, bin, { PAGE_URL: url });
  const checkedBy = compilers.map((line) => tools.typescript(line));
  const builds = await CASES[name]({ user, tarball, compilers: checkedBy, isFull });
  const { lines, took } = user.typed;
  console.log(`  ${(took / 1000).toFixed(1).padStart(6)} s  and ${lines.length} lines in all`);
  expectThat(took <= LONGEST_USE, `${name} took ${took / 1000} s, more than ${LONGEST_USE / 1000} s`);
  expectThat(lines.length <= MOST_LINES, `${name} needs ${lines.length} lines:\n${lines.join('\n')}`);
  if (isFull && name === 'empty') await bundleFigures(user, bin);
  return builds;
}

await new Command('consumer')
  .addOption(listOf('node', LINES))
  .addOption(listOf('case', NAMES))
  .option('--tools <dir>', 'where Nodes and other tools are installed, and stay')
  .action(main)
  .parseAsync();
