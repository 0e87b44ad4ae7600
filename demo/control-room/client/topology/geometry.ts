import type { NodeName } from '../../../topology.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Line = readonly [x1: number, y1: number, x2: number, y2: number];

/** A one-line diagram as power engineers draw it: orders is the bus bar, every dependency a switched feeder. */
export interface Geometry {
  readonly name: 'wide' | 'narrow';
  readonly width: number;
  readonly height: number;
  readonly nodes: Readonly<Partial<Record<NodeName, Box>>>;
  /** Ends of a straight line, by edge id. */
  readonly lines: Readonly<Record<string, Line>>;
  /** Edges drawn as a path without breaker and bulkhead, because the page has no room for them. */
  readonly bare: Readonly<Record<string, string>>;
}

/** Where the numbers of a feeder end, however far its line runs on. */
export const feederLength = { wide: 318, narrow: 164 } as const;

/** The standby is drawn where there is room for it. */
type DrawnNode = Exclude<NodeName, 'control-room' | 'postgres-standby'>;
type Corners = readonly [x: number, y: number, width: number, height: number];

const boxes: Readonly<Record<DrawnNode, Readonly<Record<Geometry['name'], Corners>>>> = {
  'load-generator': { wide: [6, 198, 136, 72], narrow: [4, 6, 150, 60] },
  orders: { wide: [258, 20, 152, 428], narrow: [4, 116, 50, 444] },
  inventory: { wide: [728, 52, 180, 72], narrow: [218, 128, 132, 64] },
  recommendation: { wide: [728, 160, 180, 72], narrow: [218, 242, 132, 64] },
  postgres: { wide: [956, 20, 138, 318], narrow: [218, 360, 132, 64] },
  redis: { wide: [728, 372, 180, 72], narrow: [218, 478, 132, 64] },
};

/** The height of each feeder: the line from orders to the dependency. */
const feeders = {
  inventory: { wide: 88, narrow: 160 },
  recommendation: { wide: 196, narrow: 274 },
  postgres: { wide: 302, narrow: 392 },
  redis: { wide: 408, narrow: 510 },
} as const;

export const wide = geometryOf({
  name: 'wide',
  width: 1100,
  height: 468,
  load: [142, 234, 258, 234],
  bare: {
    'inventory->postgres': 'M908 88H956',
    'recommendation->postgres': 'M908 196H956',
    'postgres->postgres-standby': 'M1025 338V372',
  },
  standby: { x: 956, y: 372, width: 138, height: 72 },
});

export const narrow = geometryOf({
  name: 'narrow',
  width: 360,
  height: 566,
  load: [29, 66, 29, 116],
  bare: {
    'inventory->postgres': 'M350 152h3a4 4 0 0 1 4 4V376a4 4 0 0 1 -4 4h-3',
    'recommendation->postgres': 'M350 274h7',
  },
});

type Sheet = Omit<Geometry, 'nodes' | 'lines'> & {
  /** The line from the load generator to orders. */
  readonly load: Line;
  readonly standby?: Box;
};

function geometryOf({ load, standby, ...sheet }: Sheet): Geometry {
  const boxOf = (node: DrawnNode): Box => {
    const [x, y, width, height] = boxes[node][sheet.name];
    return { x, y, width, height };
  };
  const { x, width } = boxOf('orders');
  const lines = Object.entries(feeders).map(([to, heights]): [string, Line] => {
    const y = heights[sheet.name];
    return [`orders->${to}`, [x + width, y, boxOf(to as keyof typeof feeders).x, y]];
  });
  return {
    ...sheet,
    nodes: {
      ...Object.fromEntries(Object.keys(boxes).map((node) => [node, boxOf(node as DrawnNode)])),
      ...(standby && { 'postgres-standby': standby }),
    },
    lines: { 'load-generator->orders': load, ...Object.fromEntries(lines) },
  };
}
