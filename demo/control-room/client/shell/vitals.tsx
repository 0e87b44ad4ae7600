import { type Quality, qualities, totalOf } from '../../../load-generator/quality.ts';
import type { Traffic } from '../../../stage/picture.ts';
import { duration, missing, percent, rate } from '../format.ts';
import { useLive } from '../live/store.ts';
import { summarize } from './summary.ts';

/** "Now" is a mean over these seconds: at five orders a second one alone varies too much to be read. */
const nowSeconds = 5;

/** The state in one sentence, five numbers, and how good the answers are right now. */
export function Vitals() {
  const frame = useLive((state) => state.frame);
  const history = useLive((state) => state.history);
  const recent = known(history.slice(-nowSeconds));
  const { tone, text } = summarize(frame, recent);
  const counts = total(recent);
  return (
    <section className="vitals" data-tour="vitals" aria-label="Now">
      <p className="sentence" data-tone={tone} aria-live="polite">
        {text}
      </p>
      <dl>
        <Vital name="offered per s" value={rate(mean(recent, 'offered'))} />
        <Vital name="accepted per s" value={rate(mean(recent, 'good'))} />
        <Vital name="answered well" value={percent(counts && goodShare(counts))} />
        <Vital name="p50" value={duration(recent.at(-1)?.p50Ms)} />
        <Vital name="p99" value={duration(recent.at(-1)?.p99Ms)} />
      </dl>
      <QualityBar counts={counts} />
    </section>
  );
}

/** When the last second was not reported, nothing is shown for now. */
const known = (recent: readonly Traffic[]): readonly Traffic[] => (recent.at(-1)?.counts ? recent : []);

/** The unit is part of the name: behind the number it would move with every digit. */
function Vital({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

type Counts = Record<Quality, number>;

function QualityBar({ counts }: { counts: Counts | null }) {
  const sum = counts ? totalOf(counts) : 0;
  const share = (quality: Quality) => (counts && sum > 0 ? counts[quality] / sum : 0);
  return (
    <div className="quality-bar">
      <div className="bar" aria-hidden="true">
        {qualities.map((quality, index) => {
          const start = qualities.slice(0, index).reduce((before, better) => before + share(better), 0);
          const transform = `translateX(${start * 100}%) scaleX(${share(quality)})`;
          return <i key={quality} data-quality={quality} style={{ transform }} />;
        })}
      </div>
      <ul>
        {qualities.map((quality) => (
          <li key={quality} data-quality={quality} data-none={share(quality) === 0}>
            <span>{quality}</span>
            <b>{sum > 0 ? percent(share(quality)) : missing}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

function total(recent: readonly Traffic[]): Counts | null {
  const known = recent.flatMap(({ counts }) => (counts ? [counts] : []));
  if (known.length === 0) return null;
  const sum = (quality: Quality) => known.reduce((all, counts) => all + counts[quality], 0);
  return Object.fromEntries(qualities.map((quality) => [quality, sum(quality)])) as Counts;
}

/** "Out of stock" is a correct answer; late, refused and failed orders are not answered well. */
function goodShare(counts: Counts): number | null {
  const sum = totalOf(counts);
  return sum === 0 ? null : 1 - (counts.late + counts.refused + counts.failed) / sum;
}

function mean(recent: readonly Traffic[], key: 'offered' | 'good'): number | null {
  const known = recent.flatMap((second) => second[key] ?? []);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
