import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Member {
  readonly value: string;
  readonly brief: string;
}
export interface RegistryAttribute {
  readonly id: string;
  readonly type: string | { readonly members: readonly Member[] };
  readonly brief: string;
  readonly examples?: readonly unknown[];
}
export interface AttributeUse {
  readonly ref: string;
  readonly requirement_level: 'required' | { readonly conditionally_required: string };
}
interface Signal {
  readonly brief: string;
  readonly attributes: readonly AttributeUse[];
}
export interface RegistryMetric extends Signal {
  readonly type: 'metric';
  readonly metric_name: string;
  readonly instrument: 'counter' | 'histogram' | 'gauge';
  readonly unit: string;
}
export interface RegistryEvent extends Signal {
  readonly type: 'event';
  readonly name: string;
}
type Group =
  | { readonly type: 'attribute_group'; readonly attributes: readonly RegistryAttribute[] }
  | RegistryMetric
  | RegistryEvent;

/** Reads the registry of this folder: what the services record under names of our own. */
export function readRegistry() {
  const files = globSync('*.yaml', { cwd: import.meta.dirname }).filter(
    (file) => !file.endsWith('manifest.yaml'),
  );
  const groups = files.flatMap(
    (file) => (parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as { groups: Group[] }).groups,
  );
  return {
    attributes: groups.flatMap((group) => (group.type === 'attribute_group' ? group.attributes : [])),
    metrics: groups.filter((group) => group.type === 'metric'),
    events: groups.filter((group) => group.type === 'event'),
  };
}
