import { expect, test } from 'vitest';
import { defaultPortBase, maxPortOffset, nodeOf, supervisedNames, topologyAt } from './topology.ts';

test('every port moves with the base, and no two nodes share one', () => {
  const moved = topologyAt(15_000);
  expect(moved.nodes.map(({ port }) => port - 15_000)).toEqual(
    topologyAt().nodes.map(({ port }) => port - defaultPortBase),
  );
  expect(new Set(moved.nodes.map(({ port }) => port)).size).toBe(moved.nodes.length);
  expect(Math.max(...moved.nodes.map(({ port }) => port))).toBe(15_000 + maxPortOffset);
});

test('edges lead between nodes that exist', () => {
  const { nodes, edges } = topologyAt();
  const names = new Set(nodes.map(({ name }) => name));
  for (const { from, to } of edges) expect([names.has(from), names.has(to)]).toEqual([true, true]);
});

test('everything that can be killed is a node', () => {
  for (const name of supervisedNames) expect(nodeOf(topologyAt(), name).url).toContain('127.0.0.1');
});
