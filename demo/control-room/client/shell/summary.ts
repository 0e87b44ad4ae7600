import { type Quality, qualities, qualityCounts, totalOf } from '../../../load-generator/quality.ts';
import type { EdgePicture, Traffic } from '../../../stage/picture.ts';
import type { Frame } from '../../protocol.ts';
import { percent } from '../format.ts';

export interface Summary {
  readonly tone: 'good' | 'degraded' | 'bad' | 'quiet';
  readonly text: string;
}

/** A share below this can come from a single order and says nothing about the system. */
const noticeable = 0.02;

/** The state of the system in one sentence a newcomer understands. */
export function summarize(frame: Frame | null, recent: readonly Traffic[]): Summary {
  if (!frame) return { tone: 'quiet', text: 'Waiting for the system' };
  const shares = sharesOf(recent);
  if (!shares) return { tone: 'quiet', text: noTraffic(frame) };
  if (shares.failed > noticeable)
    return { tone: 'bad', text: `${percent(shares.failed)} of orders fail.${because(frame)}` };
  if (shares.late > noticeable)
    return { tone: 'bad', text: `${percent(shares.late)} of orders are answered too late.${because(frame)}` };
  if (shares.refused > noticeable)
    return {
      tone: 'bad',
      text: `${percent(shares.refused)} of orders are refused at once, told when to come back.${because(frame)}`,
    };
  if (shares.pending > noticeable)
    return {
      tone: 'degraded',
      text: `Every order is accepted; ${percent(shares.pending)} are settled later.${because(frame)}`,
    };
  const degraded = shares.cached + shares.default;
  if (degraded > noticeable)
    return {
      tone: 'degraded',
      text: `Every order is confirmed; ${percent(degraded)} with second‑best recommendations.${because(frame)}`,
    };
  if (shares.disabled > noticeable)
    return { tone: 'degraded', text: 'Every order is confirmed; recommendations are switched off.' };
  const trouble = because(frame);
  return trouble
    ? { tone: 'degraded', text: `Every order is still answered in full.${trouble}` }
    : { tone: 'good', text: 'Every order is answered in full.' };
}

type Shares = Record<'cached' | 'default' | 'disabled' | 'pending' | 'late' | 'refused' | 'failed', number>;

function sharesOf(recent: readonly Traffic[]): Shares | null {
  const sum = qualityCounts();
  for (const { counts } of recent) {
    if (!counts) continue;
    for (const quality of qualities) sum[quality] += counts[quality];
  }
  const total = totalOf(sum);
  if (total === 0) return null;
  const share = (quality: Quality) => sum[quality] / total;
  return {
    cached: share('cached'),
    default: share('default'),
    disabled: share('disabled'),
    pending: share('pending'),
    late: share('late'),
    refused: share('refused'),
    failed: share('failed'),
  };
}

function noTraffic(frame: Frame): string {
  if (frame.targetRate === 0) return 'No load: no orders are placed.';
  return `No orders are being answered.${because(frame)}`;
}

/** What is wrong and where, worst first: parts that are down, parts with a fault, open breakers. */
function because(frame: Frame): string {
  const down = frame.nodes.filter((node) => node.health === 'down').map((node) => node.name);
  if (down.length > 0) return ` ${list(down)} ${down.length > 1 ? 'are' : 'is'} down.`;
  const faulty = [...new Set(frame.faults.map((fault) => fault.target))];
  if (faulty.length > 0) return ` ${list(faulty)} ${faulty.length > 1 ? 'misbehave' : 'misbehaves'}.`;
  const open = frame.edges.filter(isOpen).map((edge) => edge.to);
  return open.length > 0 ? ` The breaker to ${list(open)} is open.` : '';
}

const isOpen = (edge: EdgePicture): boolean => edge.breaker === 'open' || edge.breaker === 'isolated';

function list(names: readonly string[]): string {
  const text = names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
