import { expect, test } from 'vitest';
import {
  defaultPortBase,
  maxPortOffset,
  nodeOf,
  serverPortsOf,
  supervisedNames,
  topologyAt,
} from './topology.ts';

test.each([{}, { standby: true }])(
  'every port moves with the base, and no two are the same: %j',
  (options) => {
    const moved = topologyAt(15_000, options);
    expect(moved.nodes.map(({ port }) => port - 15_000)).toEqual(
      topologyAt(defaultPortBase, options).nodes.map(({ port }) => port - defaultPortBase),
    );
    const ports = [...moved.nodes.map(({ port }) => port), serverPortsOf(moved).postgres];
    expect(new Set(ports).size).toBe(ports.length);
    expect(Math.max(...ports)).toBe(15_000 + maxPortOffset);
  },
);

test('edges lead between nodes that exist', () => {
  const { nodes, edges } = topologyAt();
  const names = new Set(nodes.map(({ name }) => name));
  for (const { from, to } of edges) expect([names.has(from), names.has(to)]).toEqual([true, true]);
});

test('everything that can be killed is a node', () => {
  for (const name of supervisedNames)
    expect(nodeOf(topologyAt(defaultPortBase, { standby: true }), name).url).toContain('127.0.0.1');
});
