import type { EdgeTraffic } from '../checker/final-state.ts';

/** What the budget of a process always grants, per window of ten seconds. */
const freeRetriesPerWindow = 3;
const windowMs = 10_000;

type Edge = { attempts: number; retries: number };

/** Requests between services, counted where they are sent. */
export class Traffic {
  readonly #edges = new Map<string, Edge>();
  readonly #lives = new Map<string, number>();

  began(caller: string): void {
    this.#lives.set(caller, (this.#lives.get(caller) ?? 0) + 1);
  }

  sent(caller: string, edge: string): void {
    this.#edgeOf(caller, edge).attempts += 1;
  }

  retried(caller: string, edge: string): void {
    this.#edgeOf(caller, edge).retries += 1;
  }

  rows(durationMs: number): EdgeTraffic[] {
    return [...this.#edges].map(([name, { attempts, retries }]) => {
      const [caller = ''] = name.split(' -> ');
      const windows = Math.ceil(durationMs / windowMs) + (this.#lives.get(caller) ?? 0);
      return {
        edge: name,
        calls: Math.max(0, attempts - retries),
        retries,
        attempts,
        freeRetries: windows * freeRetriesPerWindow,
      };
    });
  }

  #edgeOf(caller: string, edge: string): Edge {
    const name = `${caller} -> ${edge}`;
    const known = this.#edges.get(name) ?? { attempts: 0, retries: 0 };
    this.#edges.set(name, known);
    return known;
  }
}
