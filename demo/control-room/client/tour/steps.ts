import type { Quality } from '../../../load-generator/quality.ts';
import type { Frame } from '../../protocol.ts';
import { actions } from '../live/actions.ts';
import type { Tab } from '../panels/side-panel.tsx';

export interface TourStep {
  readonly title: string;
  readonly look: string;
  readonly why: string;
  /** The part of the page it is about: a `data-tour` name. */
  readonly at: string;
  readonly tab?: Tab;
  readonly action?: { readonly label: string; readonly run: () => Promise<string | null> };
  /** What the reader should see, and whether it can be seen. */
  readonly seen: { readonly says: string; readonly when: (frame: Frame) => boolean };
}

const breakerTo = (frame: Frame, to: string) =>
  frame.edges.find((edge) => edge.from === 'orders' && edge.to === to)?.breaker;
const counted = (frame: Frame, ...qualities: Quality[]) =>
  qualities.some((quality) => (frame.traffic.counts?.[quality] ?? 0) > 0);

/** Three minutes that show each protection at work, and one fault without it. */
export const steps: readonly TourStep[] = [
  {
    title: 'Everything works',
    look: 'Customers order, orders asks inventory for stock and recommendation for ideas. Every switch is closed.',
    why: 'Each line to the right is one dependency with its own breaker, its own pipe (the bulkhead) and its own retries.',
    at: 'picture',
    seen: { says: 'orders are answered live', when: (frame) => counted(frame, 'live') },
  },
  {
    title: 'Kill what is optional',
    look: 'Kill recommendation: its switch opens within a second or two, and orders keep coming, labelled cached.',
    why: 'No order needs recommendations, so the last good answer, with its age, is better than an error.',
    at: 'picture',
    tab: 'break',
    action: { label: 'Kill recommendation', run: () => actions.kill('recommendation') },
    seen: {
      says: 'the breaker opens, orders go on as cached',
      when: (frame) => breakerTo(frame, 'recommendation') === 'open' && counted(frame, 'cached', 'default'),
    },
  },
  {
    title: 'Let it come back',
    look: 'Start it: a few probes go through, then a tenth of the calls, then all. The label turns live again.',
    why: 'A service that has just started would be overloaded if all calls returned at once.',
    at: 'charts',
    tab: 'break',
    action: { label: 'Start recommendation', run: () => actions.start('recommendation') },
    seen: {
      says: 'the breaker is closed again',
      when: (frame) => breakerTo(frame, 'recommendation') === 'closed',
    },
  },
  {
    title: 'Kill what is required',
    look: 'Kill inventory: orders turn pending, none is lost. When it is back they are settled by themselves.',
    why: 'Stock may not be guessed, so the honest answer is "accepted, settled later", kept in the database until it is done.',
    at: 'orders',
    tab: 'break',
    action: { label: 'Kill inventory', run: () => actions.kill('inventory') },
    seen: { says: 'orders are accepted as pending', when: (frame) => counted(frame, 'pending') },
  },
  {
    title: 'Now without the protection',
    look: 'Switch degraded answers off and make recommendation fail: the customer gets its errors. Switch them on again.',
    why: 'It is the same fault as before. The difference is a few lines per dependency.',
    at: 'side',
    tab: 'protect',
    action: { label: 'Off, and break it', run: breakUnprotected },
    seen: { says: 'orders fail', when: (frame) => counted(frame, 'failed', 'refused') },
  },
];

async function breakUnprotected(): Promise<string | null> {
  await actions.start('inventory');
  return (
    (await actions.setSwitch('protection.fallback', false)) ??
    (await actions.fault('recommendation', 'error', 20_000))
  );
}
