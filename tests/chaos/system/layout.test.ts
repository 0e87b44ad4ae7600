import { describe, expect, it } from 'vitest';
import { layoutAt, portOf, portsPerSystem } from './layout.ts';

describe('the layout', () => {
  it.each([1, 2, 3])('gives each process and proxy its own port with %i replicas', (replicas) => {
    const layout = layoutAt(5000, replicas);
    const ports = [
      ...layout.replicas.map(({ port }) => port),
      ...layout.edges.map(({ port }) => port),
      layout.postgresPort,
      layout.redisPort,
    ];
    expect(new Set(ports).size).toBe(ports.length);
    expect(Math.max(...ports)).toBeLessThan(5000 + portsPerSystem);
  });

  it('leads each edge to all replicas of its target', () => {
    const { edges, replicas } = layoutAt(5000, 2);
    const inventory = replicas.filter(({ service }) => service === 'inventory').map(({ port }) => port);
    expect(edges.find(({ name }) => name === 'orders -> inventory')?.upstreamPorts).toEqual(inventory);
    expect(inventory).toHaveLength(2);
  });

  it('has a proxy for every edge', () => {
    const layout = layoutAt(5000, 1);
    expect(layout.edges.map(({ name }) => portOf(layout, name))).toEqual(
      layout.edges.map(({ port }) => port),
    );
  });
});
