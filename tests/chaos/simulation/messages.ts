import type { SeededRandom } from '../seeded-random.ts';
import type { Link } from './link.ts';

/** What may go wrong with one message and its answer. */
export const messageFaultKinds = [
  'request lost',
  'answer lost',
  'duplicated',
  'request late',
  'answer late',
  'caller dies',
  'receiver dies',
] as const;
export type MessageFaultKind = (typeof messageFaultKinds)[number];

export type MessageFault = { readonly message: string; readonly kind: MessageFaultKind };

/** A message that was sent, by its name, and whether it carried anything. */
export type SentMessage = { readonly message: string; readonly at: number; isIdle: boolean };

/** How one message fares. */
export type Fate = {
  readonly kinds: readonly MessageFaultKind[];
  /** Of the request, its double and the answer. */
  readonly delaysMs: readonly [number, number, number];
  readonly lateMs: number;
};

/**
 * Decides what goes wrong with each message. Messages have names: who asks whom for what, and for which time. A fault
 * belongs to a name, and so do delays. So a run stays as it is when a fault that it does not need is taken away, and a
 * run that failed can be shrunk.
 */
export class MessageFaults {
  readonly #random: SeededRandom;
  readonly #given: ReadonlyMap<string, readonly MessageFaultKind[]> | undefined;
  readonly #counts = new Map<string, number>();
  /** The faults that happened. */
  readonly happened: MessageFault[] = [];
  /** Every message, when somebody wants to know. */
  readonly sent: SentMessage[] | undefined;

  /** @param given exactly these faults, instead of those that the link makes likely */
  constructor(
    random: SeededRandom,
    { given, keepsSent = false }: { given?: readonly MessageFault[] | undefined; keepsSent?: boolean } = {},
  ) {
    this.#random = random;
    this.sent = keepsSent ? [] : undefined;
    if (!given) return;
    const byName = new Map<string, MessageFaultKind[]>();
    for (const { message, kind } of given) byName.set(message, [...(byName.get(message) ?? []), kind]);
    this.#given = byName;
  }

  /** The name of the next message from one to another about this. */
  nameOf(from: string, to: string, what: string): string {
    const name = `${from} -> ${to}: ${what}`;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return `${name} #${count}`;
  }

  /** A source of its own for everything that is drawn about one name. */
  randomOf(name: string): SeededRandom {
    return this.#random.fork(name);
  }

  fateOf(message: string, link: Link): Fate {
    const random = this.randomOf(message);
    const delayMs = () => link.minDelayMs + (link.maxDelayMs - link.minDelayMs) * random.next();
    const delaysMs = [delayMs(), delayMs(), delayMs()] as const;
    const lateMs = link.lateMs * (1 + random.next());
    const drawn = drawnKinds(random, link);
    const kinds = this.#given ? (this.#given.get(message) ?? []) : drawn;
    for (const kind of kinds) this.happened.push({ message, kind });
    return { kinds, delaysMs, lateMs };
  }
}

function drawnKinds(random: SeededRandom, link: Link): MessageFaultKind[] {
  const chances: [MessageFaultKind, number][] = [
    ['request lost', link.lossRatio],
    ['answer lost', link.lossRatio],
    ['duplicated', link.duplicateRatio],
    ['request late', link.lateRatio],
    ['answer late', link.lateRatio],
  ];
  return chances.filter(([, ratio]) => random.chance(ratio)).map(([kind]) => kind);
}
