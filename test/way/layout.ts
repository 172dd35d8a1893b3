/** What is left out of the stops of a tick: rooms, and single files with the reason for each. */

/** The rooms left out. A function that only computes a text, a time or a rule is no step of the way. */
export const LEFT_OUT_ROOMS = ['time', 'text', 'log', 'metrics', 'flow-runs', 'services', 'rules'] as const;

type LeftOutRoom = (typeof LEFT_OUT_ROOMS)[number];

/** Where things lie in a checkout. A path that ends in a slash is a folder with all that is in it. */
export interface Layout {
  /** What belongs to each room. A file that is named belongs to that room, even if its folder is another's. */
  readonly rooms: Readonly<Record<LeftOutRoom, readonly string[]>>;
  /** Files of these rooms that are on the way all the same. */
  readonly kept: readonly string[];
  /** Files of other rooms that are left out, and why. */
  readonly files: Readonly<Record<string, string>>;
}

/** No more files than these may be left out one by one: else the way could be made as short as one likes. */
export const MOST_FILES = 12;

/** The rooms as docs/design.md draws them. */
export const ROOMS: Layout = {
  rooms: {
    time: ['lib/time/'],
    text: ['lib/text/'],
    log: ['lib/lambda/log.ts', 'lib/service/log.ts'],
    metrics: ['lib/metrics/'],
    'flow-runs': ['lib/flow-runs/'],
    services: ['lib/services/'],
    rules: ['lib/rules/'],
  },
  kept: ['lib/rules/step.ts', 'lib/rules/apply-runs.ts'],
  files: {
    'lib/store/item/expression.ts': 'a helper that gives names and values their aliases, called for each of them',
    'lib/store/admission-condition.ts': 'the text of one condition, made by a call or two for each of its terms',
    'lib/store/item/state-item.ts': 'translates a state into attributes and back, attribute by attribute',
    'lib/store/item/item-size.ts': 'counts bytes, attribute by attribute',
    'lib/store/item/validate-item.ts': 'judges a stored item, attribute by attribute',
    'lib/store/item/version.ts': 'judges the version of a stored item',
    'lib/store/item/table.ts': 'the shape of the table: its function gives a key',
    'lib/store/item/marshalling.ts': 'called by the SDK for each number that an answer holds',
  },
};

/** Every path that a layout names. One that is not there is of another layout. */
export function pathsOf({ rooms, kept, files }: Layout): string[] {
  return [...Object.values(rooms).flat(), ...kept, ...Object.keys(files)];
}

/** Whether the file counts for no stop. */
export function isLeftOut(layout: Layout, file: string): boolean {
  return roomOf(layout, file) !== undefined || Object.hasOwn(layout.files, file);
}

/** Whether the file belongs to what any line of the program may use without going anywhere. */
export function isTextTimeOrLog(layout: Layout, file: string): boolean {
  const room = roomOf(layout, file);
  return room === 'text' || room === 'time' || room === 'log';
}

function roomOf({ rooms, kept }: Layout, file: string): LeftOutRoom | undefined {
  if (kept.includes(file)) return undefined;
  return (
    LEFT_OUT_ROOMS.find((room) => rooms[room].includes(file)) ??
    LEFT_OUT_ROOMS.find((room) => rooms[room].some((path) => path.endsWith('/') && file.startsWith(path)))
  );
}
