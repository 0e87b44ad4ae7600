import { useRef } from 'react';
import type { EdgePicture, NodePicture } from '../../../stage/picture.ts';
import { duration, rate } from '../format.ts';
import { useLive } from '../live/store.ts';
import { Flow } from './flow.tsx';
import { type Geometry, type Line, narrow, wide } from './geometry.ts';
import { GuardedEdge } from './guarded-edge.tsx';
import { NodeBox } from './node-box.tsx';
import { useFlow } from './use-flow.ts';
import { useIsNarrow } from './use-is-narrow.ts';

interface Props {
  selected: string | null;
  onSelect: (node: string) => void;
}

/** The system now: what is up, how many calls there are, and which breakers are open. */
export function TopologyPicture({ selected, onSelect }: Props) {
  const frame = useLive((state) => state.frame);
  const geometry = useIsNarrow() ? narrow : wide;
  const diagram = useRef<SVGSVGElement>(null);
  useFlow(diagram);
  return (
    <section className="panel picture" data-tour="picture" aria-label="The system">
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: the section is labelled; a title would be a tooltip over everything. */}
      <svg ref={diagram} viewBox={`0 0 ${geometry.width} ${geometry.height}`} data-geometry={geometry.name}>
        {frame?.edges.map((edge) => (
          <Edge key={edge.id} edge={edge} geometry={geometry} />
        ))}
        {frame?.nodes.map((node) => (
          <Node key={node.name} node={node} geometry={geometry} selected={selected} onSelect={onSelect} />
        ))}
      </svg>
    </section>
  );
}

function Edge({ edge, geometry }: { edge: EdgePicture; geometry: Geometry }) {
  const path = geometry.bare[edge.id];
  if (path) return <BareEdge edge={edge} d={path} />;
  const line = geometry.lines[edge.id];
  if (!line) return null;
  if (edge.from === 'load-generator') return <LoadEdge edge={edge} line={line} />;
  return <GuardedEdge edge={edge} line={line} />;
}

function BareEdge({ edge, d }: { edge: EdgePicture; d: string }) {
  return (
    <g className="edge" data-edge={edge.id} data-state={edge.breaker ?? 'unknown'}>
      <path className="edge-line" d={d} />
      <Flow edge={edge} d={d} />
    </g>
  );
}

/** From the customers to orders: there is no policy on this edge, only numbers. */
function LoadEdge({ edge, line: [x1, y1, x2, y2] }: { edge: EdgePicture; line: Line }) {
  const isUpright = x1 === x2;
  const d = `M${x1} ${y1}L${x2} ${y2}`;
  return (
    <g className="edge" data-edge={edge.id} data-state="bare">
      <path className="edge-line" d={d} />
      <Flow edge={edge} d={d} />
      <text className="edge-rate" x={x1 + 14} y={isUpright ? (y1 + y2) / 2 + 5 : y1 - 14}>
        {rate(edge.callsPerSecond)}
        <tspan className="edge-unit"> orders/s</tspan>
      </text>
      {!isUpright && (
        <text className="edge-small" x={x1 + 14} y={y1 + 24}>
          p99 {duration(edge.p99Ms)}
        </text>
      )}
    </g>
  );
}

interface NodeProps extends Props {
  node: NodePicture;
  geometry: Geometry;
}

function Node({ node, geometry, selected, onSelect }: NodeProps) {
  const box = geometry.nodes[node.name];
  if (!box) return null;
  return (
    <NodeBox node={node} box={box} selected={selected === node.name} onSelect={() => onSelect(node.name)} />
  );
}
