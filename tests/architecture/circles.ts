/** Which files each file imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

export function graphOf(imports: readonly { readonly file: string; readonly target: string }[]): Graph {
  const graph = new Map<string, string[]>();
  for (const { file, target } of imports) graph.set(file, [...(graph.get(file) ?? []), target]);
  return graph;
}

/**
 * Circles of imports, each as the files on its way, the first one repeated at the end. A file that is on several
 * circles is reported with the shortest; the others appear once that one is gone.
 */
export function findCircles(graph: Graph): string[][] {
  const reported = new Set<string>();
  const circles: string[][] = [];
  for (const file of [...graph.keys()].sort()) {
    const circle = reported.has(file) ? undefined : shortestWayBack(file, graph);
    if (!circle) continue;
    circles.push(circle);
    for (const member of circle) reported.add(member);
  }
  return circles;
}

function shortestWayBack(start: string, graph: Graph): string[] | undefined {
  const seen = new Set<string>();
  let ways = [[start]];
  while (ways.length > 0) {
    const longer: string[][] = [];
    for (const way of ways) {
      for (const target of graph.get(way.at(-1) as string) ?? []) {
        if (target === start) return [...way, start];
        if (seen.has(target)) continue;
        seen.add(target);
        longer.push([...way, target]);
      }
    }
    ways = longer;
  }
  return undefined;
}
