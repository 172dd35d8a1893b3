/** docs/cost.md quotes what `npm run cost` prints. `npx vitest run test/docs/cost.test.ts -u` writes the quote. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planOf } from '../../infra/cost/deployed-plan.ts';
import { assume, breakEven, costReport, estimate, scales } from '../../infra/cost/index.ts';
import { ROOT } from '../support/process.ts';
import { synthesised } from '../support/stack-kit.ts';

const FILE = join(ROOT, 'docs', 'cost.md');
const QUOTED = /(<!-- cost: .*? -->\n\n```text\n)([\s\S]*?)(```\n\n<!-- \/cost -->)/;

describe('The quoted bill', () => {
  it('is what the command prints', async () => {
    const plan = planOf(synthesised().stack);
    const parts = { bill: estimate(plan), compared: breakEven(plan), scales: scales(plan), assumed: assume() };
    const page = readFileSync(FILE, 'utf8');
    const written = page.replace(QUOTED, (_, begin, _old, end) => `${begin}${costReport(parts).join('\n')}\n${end}`);

    expect(page).toMatch(QUOTED);
    await expect(written).toMatchFileSnapshot(FILE);
  });
});
