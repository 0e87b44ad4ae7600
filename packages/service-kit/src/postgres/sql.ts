import sql, { Sql } from 'sql-template-tag';

// The one place that names the library; services take the tag from the kit.
export { Sql, sql };

/** Something that runs statements: a pool of connections, or one connection inside a transaction. */
export interface Queryable {
  /**
   * Runs one statement and gives its rows.
   *
   * @example const [order] = await db.query<{ id: string }>(sql`select id from orders where key = ${key}`);
   */
  query<Row>(statement: Sql): Promise<Row[]>;
}

const maxNamedStatements = 200;
const namesByText = new Map<string, string>();

/**
 * A statement as pg takes it, with a name: PostgreSQL then parses and plans it once per connection.
 */
export function named({ text, values }: Sql): { name?: string; text: string; values: unknown[] } {
  let name = namesByText.get(text);
  // A text that differs with every call would otherwise fill this map and the memory of the server.
  if (name === undefined && namesByText.size < maxNamedStatements) {
    name = `s${namesByText.size}`;
    namesByText.set(text, name);
  }
  return name === undefined ? { text, values } : { name, text, values };
}

/** The same without a name, for one run. */
export const unnamed = ({ text, values }: Sql): { text: string; values: unknown[] } => ({ text, values });
