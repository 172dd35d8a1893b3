/**
 * A strict reader of Prometheus's text exposition format 0.0.4, with the naming rules that `promtool check metrics`
 * lints: so that the page is judged on a machine without promtool too.
 */

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const VALUE = /^(?:[+-]?Inf|NaN|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
const SUFFIXES: Record<string, string[]> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

interface Family {
  readonly name: string;
  readonly type: string;
  readonly samples: Map<string, number>;
}

/**
 * The families of a page by name; samples by what stands before the value. Throws at the first line that breaks a rule.
 */
export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the page does not end with a line feed');
  const families = new Map<string, Family>();
  let helped = '';
  for (const line of text.split('\n').filter((each) => each !== '')) {
    if (line.startsWith('# HELP ')) helped = helpedBy(line);
    else if (line.startsWith('# TYPE ')) addFamily(families, helped, line);
    else addSample(families.get(helped), line);
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
  return families;
}

function helpedBy(line: string): string {
  const [, name, text = ''] = /^# HELP (\S+) (.*)$/.exec(line) ?? [];
  if (name === undefined || text.trim() === '' || /\\[^\\n]/.test(text)) throw new Error(`bad help: ${line}`);
  return name;
}

function addFamily(families: Map<string, Family>, helped: string, line: string): void {
  const [, , name = '', type = ''] = line.split(' ');
  if (helped !== name) throw new Error(`no help before: ${line}`);
  if (families.has(name)) throw new Error(`repeated: ${line}`);
  families.set(name, newFamily(name, type));
}

function newFamily(name: string, type: string): Family {
  if (!TYPES.includes(type)) throw new Error(`unknown type: ${name} ${type}`);
  if ((type === 'counter') !== name.endsWith('_total') && type !== 'untyped')
    throw new Error(`misnamed: ${name} ${type}`);
  if (type === 'gauge' && /_(?:count|sum|bucket)$/.test(name)) throw new Error(`misnamed: ${name} ${type}`);
  return { name, type, samples: new Map() };
}

function addSample(family: Family | undefined, line: string): void {
  if (family === undefined) throw new Error(`outside a family: ${line}`);
  const [, name = '', labels, value = ''] = SAMPLE.exec(line) ?? [];
  const names = (SUFFIXES[family.type] ?? ['']).map((suffix) => family.name + suffix);
  if (!names.includes(name)) throw new Error(`not a sample of ${family.name}: ${line}`);
  if (!VALUE.test(value)) throw new Error(`bad value: ${line}`);
  if (labels !== undefined) checkLabels(labels, line);
  const key = labels === undefined ? name : `${name}{${labels}}`;
  if (family.samples.has(key)) throw new Error(`repeated: ${line}`);
  const number = /inf$/i.test(value) ? Number.POSITIVE_INFINITY : Number(value);
  if (family.type === 'counter' && !(number >= 0)) throw new Error(`a counter below 0: ${line}`);
  family.samples.set(key, number);
}

function checkLabels(labels: string, line: string): void {
  const seen = new Set<string>();
  LABEL.lastIndex = 0;
  for (let at = 0; at < labels.length; at = LABEL.lastIndex) {
    const [, name] = LABEL.exec(labels) ?? [];
    if (name === undefined || seen.has(name)) throw new Error(`bad labels: ${line}`);
    seen.add(name);
  }
}

/** Buckets rise in bound and count up to `+Inf`, which equals `_count`; a sum stands beside them. */
function checkHistogram({ name, samples }: Family): void {
  const bounds = new Map<string, { bound: number; count: number }>();
  for (const [key, count] of samples) {
    const [, le] = /_bucket\{.*?\ble="([^"]+)"/.exec(key) ?? [];
    if (le === undefined) continue;
    const labels = key
      .replace(/^.*\{/, '{')
      .replace(/le="[^"]*",?/, '')
      .replace('{}', '');
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    const before = bounds.get(labels);
    if (before !== undefined && !(before.bound < bound && before.count <= count)) throw new Error(`bad bucket: ${key}`);
    bounds.set(labels, { bound, count });
  }
  for (const [labels, { bound, count }] of bounds) {
    const complete = bound === Number.POSITIVE_INFINITY && samples.get(`${name}_count${labels}`) === count;
    if (!complete || !samples.has(`${name}_sum${labels}`)) throw new Error(`incomplete histogram: ${name}${labels}`);
  }
}
