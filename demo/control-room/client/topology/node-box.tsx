import type { KeyboardEvent } from 'react';
import type { NodePicture } from '../../../stage/picture.ts';
import { count } from '../format.ts';
import type { Box } from './geometry.ts';
import { HealthMark } from './health-mark.tsx';
import { nodeTitle } from './names.ts';

interface Props {
  node: NodePicture;
  box: Box;
  selected: boolean;
  onSelect: () => void;
}

export function NodeBox({ node, box, selected, onSelect }: Props) {
  const upright = box.width < 60;
  const title = nodeTitle[node.name];
  const note = node.note ?? node.health;
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onSelect();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button element can't stand inside an SVG.
    <g
      className="node"
      role="button"
      tabIndex={0}
      aria-label={`${title}: ${note}. Show what can be done to it.`}
      aria-pressed={selected}
      data-node={node.name}
      data-health={node.health}
      onClick={onSelect}
      onKeyDown={onKey}
    >
      <rect className="node-box" {...box} rx={10} />
      {upright ? (
        <UprightLabel box={box} title={title} note={note} />
      ) : (
        <Label box={box} title={title} note={note} />
      )}
      {!upright && isTall(box) && <Details node={node} box={box} />}
      <HealthMark
        health={node.health}
        x={box.x + (upright ? box.width / 2 : indentOf(box))}
        y={box.y + (upright ? 20 : markY(box))}
      />
    </g>
  );
}

const isTall = (box: Box): boolean => box.height > 120;
/** A small box has no room to give away. */
const indentOf = (box: Box): number => (box.width < 134 ? 13 : 18);
const markY = (box: Box): number => (isTall(box) ? 24 : box.height / 2 - 10);

interface LabelProps {
  box: Box;
  title: string;
  note: string;
}

function Label({ box, title, note }: LabelProps) {
  const y = box.y + markY(box);
  const indent = indentOf(box);
  return (
    <>
      <text className="node-title" x={box.x + indent + 14} y={y + 5}>
        {title}
      </text>
      <text className="node-note" x={box.x + indent} y={y + 28}>
        {note}
      </text>
    </>
  );
}

function Details({ node, box }: { node: NodePicture; box: Box }) {
  return node.details.map(({ name, value }, row) => {
    const y = box.y + box.height - 18 - 24 * (node.details.length - 1 - row);
    return (
      <g key={name}>
        <text className="node-detail" x={box.x + 18} y={y}>
          {name}
        </text>
        <text className="node-number" x={box.x + box.width - 18} y={y}>
          {count(value)}
        </text>
      </g>
    );
  });
}

function UprightLabel({ box, title, note }: LabelProps) {
  const x = box.x + box.width / 2;
  const y = box.y + 40;
  return (
    <text className="node-title" transform={`translate(${x + 5} ${y}) rotate(90)`}>
      {title}
      <tspan className="node-note" dx={14}>
        {note}
      </tspan>
    </text>
  );
}
