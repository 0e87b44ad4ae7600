import type { Migrations } from '../postgres/schema-migrations.ts';
import type { Queryable, Sql } from '../postgres/sql.ts';

// biome-ignore lint/suspicious/noExplicitAny: methods of any store fit
type Stores = Readonly<Record<string, any>>;

/** One thing that a request, relay or sweeper does with a store. It fails when it finds nothing to do. */
type Operation = (n: number) => Promise<void>;

/** A service's database with any number of rows, and everything the service does with it. */
export interface ScaleSubject {
  readonly name: string;
  readonly migrations: Migrations;
  /** Statements that fill the database, about `rows` rows in each table that grows with the orders. */
  fill(rows: number): Sql[];
  /** The operations by name, done on `db`, each with a number that was not used before. */
  operationsOn(db: Queryable, rows: number): Readonly<Record<string, Operation>>;
}

export interface ScaleDescription<S extends Stores> {
  readonly name: string;
  readonly migrations: Migrations;
  readonly fill: (rows: number) => Sql[];
  readonly stores: (db: Queryable) => S;
  /** What an operation gives says whether it had something to do: nothing, 0, false and an empty list fail. */
  readonly operations: (stores: S, rows: number) => Readonly<Record<string, (n: number) => Promise<unknown>>>;
}

/** Describes the database of a service for tests and benches of its size. */
export function scaleSubject<S extends Stores>(description: ScaleDescription<S>): ScaleSubject {
  const { name, migrations, fill, stores, operations } = description;
  return {
    name,
    migrations,
    fill,
    operationsOn(db, rows) {
      const named = Object.entries(operations(stores(db), rows));
      return Object.fromEntries(named.map(([what, operate]) => [what, checked(what, operate)]));
    },
  };
}

const checked =
  (what: string, operate: (n: number) => Promise<unknown>): Operation =>
  async (n) => {
    const outcome = await operate(n);
    const isNothing = !outcome || (Array.isArray(outcome) && outcome.length === 0);
    if (isNothing) throw new Error(`${what}: found nothing to do, so its plan says nothing`);
  };
