import { type CallOptions, type Clock, type ResilienceEvent, systemClock } from '@ballast/resilience';

/** One decision taken for an order, as its story tells it. */
export interface StoryEvent {
  /** Since the story began. */
  atMs: number;
  dependency: string;
  type: string;
  [detail: string]: unknown;
}

interface Story {
  beganAtMs: number;
  events: StoryEvent[];
}

// A window on what happens now, not an archive: traces are for that.
const maxStories = 500;
const maxEventsPerStory = 60;

/** The decisions taken for the latest orders, kept in memory. */
export class Stories {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #stories = new Map<string, Story>();

  constructor(clock: Pick<Clock, 'now'> = systemClock) {
    this.#clock = clock;
  }

  /** Call options under which every decision becomes part of this order's story. */
  optionsFor(orderId: string, options: CallOptions): CallOptions {
    return {
      // Read anew by each call: the second one has less time left than the first.
      get deadlineMs() {
        return options.deadlineMs;
      },
      signal: options.signal,
      priority: options.priority,
      context: this.#storyOf(orderId),
    };
  }

  /** A listener for the events of a dependency. */
  readonly record = (told: ResilienceEvent): void => {
    // Not the error itself: a story is shown to operators, and is kept long after the call.
    const { context, at, cause: _, ...event } = { cause: undefined, ...told };
    const story = context as Story | undefined;
    if (!story?.events || story.events.length >= maxEventsPerStory) return;
    story.events.push({ ...event, atMs: at - story.beganAtMs });
  };

  eventsOf(orderId: string): StoryEvent[] | undefined {
    return this.#stories.get(orderId)?.events;
  }

  #storyOf(orderId: string): Story {
    const known = this.#stories.get(orderId);
    if (known) return known;
    const story = { beganAtMs: this.#clock.now(), events: [] };
    this.#stories.set(orderId, story);
    const [oldest] = this.#stories.keys();
    if (this.#stories.size > maxStories && oldest !== undefined) this.#stories.delete(oldest);
    return story;
  }
}
