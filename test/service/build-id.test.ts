import { expect, test } from 'vitest';
import { buildId, withInterval } from '../../lib/service/index.ts';
import { idle } from '../support/stack-kit.ts';

const code = 'export const handler = 1;\n';
const service = idle();

test('a build id fits into the state', () => {
  expect(buildId(code, service)).toMatch(/^[0-9a-f]{16}$/);
});

test('a build id is the same for the same code and policy, wherever they were bundled', () => {
  const deployed = `${code}//# sourceMappingURL=index.mjs.map\n`;
  const onOneMachine = `${code}//# sourceMappingURL=data:application/json;base64,e30=\n`;

  expect(buildId(deployed, service)).toBe(buildId(code, service));
  expect(buildId(onOneMachine, service)).toBe(buildId(code, service));
  expect(buildId(code, idle())).toBe(buildId(code, service));
});

test('a build id is another for other code, another policy or another schedule', () => {
  const ids = [
    buildId(code, service),
    buildId(`${code}//`, service),
    buildId(code, idle({ consecutive: 4 })),
    buildId(code, withInterval(service, '10m')),
    buildId(code, idle({ cron: '0/5 * * * ? *' })),
  ];

  expect(new Set(ids).size).toBe(5);
});
