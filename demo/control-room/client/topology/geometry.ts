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

export const wide: Geometry = {
  name: 'wide',
  width: 1160,
  height: 432,
  nodes: {
    'load-generator': { x: 12, y: 154, width: 146, height: 72 },
    orders: { x: 300, y: 32, width: 132, height: 376 },
    inventory: { x: 792, y: 48, width: 152, height: 72 },
    recommendation: { x: 792, y: 154, width: 152, height: 72 },
    postgres: { x: 1016, y: 32, width: 132, height: 290 },
    redis: { x: 792, y: 336, width: 152, height: 72 },
  },
  lines: {
    'load-generator->orders': [158, 190, 300, 190],
    'orders->inventory': [432, 84, 792, 84],
    'orders->recommendation': [432, 190, 792, 190],
    'orders->redis': [432, 372, 792, 372],
  },
  bare: {
    'orders->postgres': 'M432 284H1016',
    'inventory->postgres': 'M944 84H1016',
    'recommendation->postgres': 'M944 190H1016',
  },
};

export const narrow: Geometry = {
  name: 'narrow',
  width: 360,
  height: 566,
  nodes: {
    'load-generator': { x: 4, y: 6, width: 150, height: 60 },
    orders: { x: 4, y: 116, width: 50, height: 444 },
    inventory: { x: 226, y: 128, width: 122, height: 64 },
    recommendation: { x: 226, y: 244, width: 122, height: 64 },
    postgres: { x: 226, y: 360, width: 122, height: 64 },
    redis: { x: 226, y: 480, width: 122, height: 64 },
  },
  lines: {
    'load-generator->orders': [29, 66, 29, 116],
    'orders->inventory': [54, 160, 226, 160],
    'orders->recommendation': [54, 276, 226, 276],
    'orders->redis': [54, 512, 226, 512],
  },
  bare: {
    'orders->postgres': 'M54 392H226',
    'inventory->postgres': 'M348 152h4a4 4 0 0 1 4 4V376a4 4 0 0 1 -4 4h-4',
    'recommendation->postgres': 'M348 276h8',
  },
};
