import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, root } from './repository.ts';

const folder = 'infra/grafana/dashboards';
const files = globSync('*.json', { cwd: join(root, folder) }).sort();

interface Dashboard {
  readonly uid?: string;
  readonly __inputs: readonly { readonly name: string; readonly pluginId: string }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[];
  };
}

describe.each(files)('the dashboard %s', (file) => {
  const text = read(join(folder, file));
  const dashboard = JSON.parse(text) as Dashboard;
  const inputs = dashboard.__inputs.map(({ name }) => name);

  it('gets an id from the Grafana that imports it', () => {
    expect(dashboard).not.toHaveProperty('uid');
  });

  it('asks for its data sources when it is imported, and names none that exists only here', () => {
    const uids = [...text.matchAll(/"uid": "([^"]+)"/g)].map(([, uid]) => uid);
    expect([...new Set(uids)].filter((uid) => !inputs.includes(uid?.slice(2, -1) ?? ''))).toEqual([]);
  });

  it('finds them by itself where it is provisioned from its file', () => {
    const variables = dashboard.templating.list.filter(({ type }) => type === 'datasource');
    expect(variables.map(({ name, query }) => `${name} ${query}`)).toEqual(
      dashboard.__inputs.map(({ name, pluginId }) => `${name} ${pluginId}`),
    );
  });
});
