import type { NodeName } from '../../../topology.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A one-line diagram as power engineers draw it: orders is the bus bar, every dependency a switched feeder. */
export interface Geometry {
  readonly name: 'wide' | 'narrow';
  readonly width: number;
  readonly height: number;
  readonly nodes: Readonly<Partial<Record<NodeName, Box>>>;
  /** Ends of a straight line, by edge id. */
  readonly lines: Readonly<Record<string, readonly [x1: number, y1: number, x2: number, y2: number]>>;
  /** Edges drawn as a bare path: nothing guards them that could be shown. */
  readonly bare: Readonly<Record<string, string>>;
}

/** Where the numbers of a feeder end, however far its line runs on. */
export const feederLength = { wide: 318, narrow: 164 } as const;

export const wide: Geometry = {
  name: 'wide',
  width: 1100,
  height: 468,
  nodes: {
    'load-generator': { x: 6, y: 198, width: 136, height: 72 },
    orders: { x: 258, y: 20, width: 152, height: 428 },
    inventory: { x: 728, y: 52, width: 180, height: 72 },
    recommendation: { x: 728, y: 160, width: 180, height: 72 },
    postgres: { x: 956, y: 20, width: 138, height: 318 },
    redis: { x: 728, y: 372, width: 180, height: 72 },
  },
  lines: {
    'load-generator->orders': [142, 234, 258, 234],
    'orders->inventory': [410, 88, 728, 88],
    'orders->recommendation': [410, 196, 728, 196],
    'orders->postgres': [410, 302, 956, 302],
    'orders->redis': [410, 408, 728, 408],
  },
  bare: {
    'inventory->postgres': 'M908 88H956',
    'recommendation->postgres': 'M908 196H956',
  },
};

export const narrow: Geometry = {
  name: 'narrow',
  width: 360,
  height: 566,
  nodes: {
    'load-generator': { x: 4, y: 6, width: 150, height: 60 },
    orders: { x: 4, y: 116, width: 50, height: 444 },
    inventory: { x: 218, y: 128, width: 132, height: 64 },
    recommendation: { x: 218, y: 242, width: 132, height: 64 },
    postgres: { x: 218, y: 360, width: 132, height: 64 },
    redis: { x: 218, y: 478, width: 132, height: 64 },
  },
  lines: {
    'load-generator->orders': [29, 66, 29, 116],
    'orders->inventory': [54, 160, 218, 160],
    'orders->recommendation': [54, 274, 218, 274],
    'orders->postgres': [54, 392, 218, 392],
    'orders->redis': [54, 510, 218, 510],
  },
  bare: {
    'inventory->postgres': 'M350 152h3a4 4 0 0 1 4 4V376a4 4 0 0 1 -4 4h-3',
    'recommendation->postgres': 'M350 274h7',
  },
};
