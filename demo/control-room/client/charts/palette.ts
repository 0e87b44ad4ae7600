import { useSyncExternalStore } from 'react';
import type { Quality } from '../../../load-generator/quality.ts';
import type { Mark } from '../../../stage/picture.ts';

/** The page's colours as a canvas needs them: resolved, and once more after each change of the theme. */
export interface Palette {
  readonly text: string;
  readonly grid: string;
  readonly offered: string;
  readonly p50: string;
  readonly p99: string;
  readonly mark: Readonly<Record<Mark['kind'], string>>;
  readonly band: string;
  readonly goodput: string;
  readonly quality: Readonly<Record<Quality, string>>;
}

let palette: Palette | null = null;
const listeners = new Set<() => void>();

/** Forgets the resolved colours; every chart draws again with the new ones. */
export function themeChanged(): void {
  palette = null;
  for (const listener of listeners) listener();
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', themeChanged);

const resolve = (): Palette => {
  palette ??= readPalette();
  return palette;
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const usePalette = (): Palette => useSyncExternalStore(subscribe, resolve);

/** A canvas can't use CSS variables, so each colour is resolved on a hidden element. */
function readPalette(): Palette {
  const probe = document.body.appendChild(document.createElement('i'));
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const read = paletteOf(colour);
  probe.remove();
  return read;
}

function paletteOf(colour: (name: string) => string): Palette {
  return {
    text: colour('text-quiet'),
    grid: colour('line'),
    offered: colour('offered'),
    p50: colour('p50'),
    p99: colour('p99'),
    mark: {
      break: colour('failed'),
      heal: colour('live'),
      switch: colour('pending'),
    },
    band: colour('fault-band'),
    goodput: colour('goodput'),
    quality: {
      live: colour('live'),
      cached: colour('cached'),
      default: colour('default'),
      disabled: colour('disabled'),
      pending: colour('pending'),
      rejected: colour('rejected'),
      late: colour('late'),
      refused: colour('refused'),
      failed: colour('failed'),
    },
  };
}
