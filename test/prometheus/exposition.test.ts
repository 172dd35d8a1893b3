import { expect, test } from 'vitest';
import { readExposition } from './exposition.ts';

const HISTOGRAM = [
  '# HELP h H.',
  '# TYPE h histogram',
  'h_bucket{le="1"} 1',
  'h_bucket{le="+Inf"} 2',
  'h_sum 3',
  'h_count 2',
];

test('the reader takes a page that keeps the rules, and knows its values', () => {
  const families = readExposition(
    `# HELP a_total A.\n# TYPE a_total counter\na_total{b="c\\"d",e=""} 2\n\n${HISTOGRAM.join('\n')}\n`,
  );

  expect(families.get('a_total')?.samples.get('a_total{b="c\\"d",e=""}')).toBe(2);
  expect(families.get('h')?.samples.get('h_bucket{le="+Inf"}')).toBe(2);
});

test.each([
  ['does not end with a line feed', '# HELP a A.\n# TYPE a gauge\na 1'],
  ['outside a family', 'a 1\n'],
  ['no help before', '# TYPE a gauge\na 1\n'],
  ['bad help', '# HELP a  \n# TYPE a gauge\na 1\n'],
  ['unknown type', '# HELP a A.\n# TYPE a guage\na 1\n'],
  ['misnamed', '# HELP a A.\n# TYPE a counter\na 1\n'],
  ['misnamed', '# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n'],
  ['misnamed', '# HELP a_count A.\n# TYPE a_count gauge\na_count 1\n'],
  ['not a sample of a', '# HELP a A.\n# TYPE a gauge\nb 1\n'],
  ['bad value', '# HELP a A.\n# TYPE a gauge\na one\n'],
  ['bad labels', '# HELP a A.\n# TYPE a gauge\na{b=c} 1\n'],
  ['bad labels', '# HELP a A.\n# TYPE a gauge\na{b="c",b="d"} 1\n'],
  ['repeated', '# HELP a A.\n# TYPE a gauge\na 1\na 2\n'],
  ['repeated', '# HELP a A.\n# TYPE a gauge\na 1\n# HELP a A.\n# TYPE a gauge\n'],
  ['below 0', '# HELP a_total A.\n# TYPE a_total counter\na_total -1\n'],
  ['bad bucket', `${HISTOGRAM.join('\n').replace('"} 1', '"} 3')}\n`],
  ['incomplete histogram', `${HISTOGRAM.join('\n').replace('h_count 2', 'h_count 3')}\n`],
  ['incomplete histogram', `${HISTOGRAM.join('\n').replace('h_bucket{le="+Inf"} 2\n', '')}\n`],
])('the reader refuses with "%s" a page that breaks the rule (%#)', (complaint, page) => {
  expect(() => readExposition(page)).toThrow(complaint);
});
