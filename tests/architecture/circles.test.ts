import { describe, expect, it } from 'vitest';
import { findCircles, graphOf } from './circles.ts';

/** `a>b` says that file a imports file b. */
const circlesIn = (...arrows: string[]): string[] =>
  findCircles(
    graphOf(arrows.map((arrow) => arrow.split('>')).map(([file = '', target = '']) => ({ file, target }))),
  ).map((circle) => circle.join('>'));

describe('findCircles', () => {
  it.each([
    ['a chain', ['a>b', 'b>c']],
    ['two ways to the same file', ['a>b', 'a>c', 'b>d', 'c>d']],
    ['a file that a circle-free graph imports often', ['a>z', 'b>z', 'c>z', 'z>y']],
  ])('finds none in %s', (_title, arrows) => {
    expect(circlesIn(...arrows)).toEqual([]);
  });

  it('finds a file that imports itself', () => {
    expect(circlesIn('a>a')).toEqual(['a>a']);
  });

  it('finds a circle that starts behind an entry', () => {
    expect(circlesIn('index>a', 'a>b', 'b>c', 'c>a')).toEqual(['a>b>c>a']);
  });

  it('reports the shortest way round', () => {
    expect(circlesIn('a>b', 'b>c', 'c>d', 'd>a', 'b>a')).toEqual(['a>b>a', 'c>d>a>b>c']);
  });

  it('finds each of several circles', () => {
    expect(circlesIn('a>b', 'b>a', 'c>d', 'd>c', 'b>c')).toEqual(['a>b>a', 'c>d>c']);
  });
});
