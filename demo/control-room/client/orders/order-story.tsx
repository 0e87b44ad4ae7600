import { useEffect, useState } from 'react';
import type { OrderSeen } from '../../../stage/picture.ts';
import type { OrderStory as Story } from '../../protocol.ts';
import { duration } from '../format.ts';
import { loadStory } from '../live/actions.ts';
import { useLive } from '../live/store.ts';
import { QualityChip } from './quality-chip.tsx';
import { qualityMeaning } from './quality-meaning.ts';
import { type StoryLine, storyLines } from './story-lines.ts';

/** The chosen order as a waterfall of decisions. */
export function OrderStory({ order }: { order: OrderSeen | null }) {
  const story = useStory(order?.id ?? null);
  const jaegerUrl = useLive((state) => state.hello?.jaegerUrl ?? null);
  const traceId = order?.traceId ?? (story !== 'loading' && story?.traceId) ?? null;
  return (
    <section className="panel story" data-tour="story" aria-label="Story of one order" aria-live="polite">
      <header>
        <h2>Story of one order</h2>
        {order && <QualityChip quality={order.quality} />}
        {order && <p className="quiet">{qualityMeaning[order.quality]}</p>}
        {jaegerUrl && traceId && (
          <a href={`${jaegerUrl}/trace/${traceId}`} target="_blank" rel="noreferrer">
            Trace in Jaeger
          </a>
        )}
      </header>
      <Body order={order} story={story} />
    </section>
  );
}

function Body({ order, story }: { order: OrderSeen | null; story: Story | 'loading' | null }) {
  if (!order) return <p className="empty">Click an order: every decision behind its answer appears here.</p>;
  if (!order.id)
    return (
      <p className="empty">
        This one never got an order number: {order.code ?? 'it was rejected before it was read'}.
      </p>
    );
  if (story === 'loading') return <p className="empty">…</p>;
  if (!story) return <p className="empty">Orders no longer has this story: it keeps only the latest.</p>;
  const lines = storyLines(story.events);
  if (lines.length === 0) return <p className="empty">Nothing had to be decided.</p>;
  return <Waterfall lines={lines} totalMs={Math.max(order.latencyMs, ...lines.map((line) => line.endMs))} />;
}

function Waterfall({ lines, totalMs }: { lines: readonly StoryLine[]; totalMs: number }) {
  return (
    <ol className="waterfall">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a story never change their place.
        <li key={index} data-tone={line.tone}>
          <span className="when">{duration(Math.max(0, line.startMs))}</span>
          <span className="who">{line.dependency}</span>
          <span className="what">{line.text}</span>
          <Track line={line} totalMs={totalMs} />
        </li>
      ))}
    </ol>
  );
}

function Track({ line, totalMs }: { line: StoryLine; totalMs: number }) {
  const startMs = Math.max(0, line.startMs);
  const left = `${(startMs / totalMs) * 100}%`;
  const width = `${((line.endMs - startMs) / totalMs) * 100}%`;
  const isInstant = line.endMs <= startMs;
  return (
    <span className="track" aria-hidden="true">
      <i data-instant={isInstant} style={isInstant ? { left } : { left, width }} />
    </span>
  );
}

function useStory(id: string | null): Story | 'loading' | null {
  const [story, setStory] = useState<Story | 'loading' | null>(null);
  useEffect(() => {
    if (!id) return;
    let isCurrent = true;
    setStory('loading');
    loadStory(id).then(
      (loaded) => isCurrent && setStory(loaded),
      () => isCurrent && setStory(null),
    );
    return () => {
      isCurrent = false;
    };
  }, [id]);
  return story;
}
