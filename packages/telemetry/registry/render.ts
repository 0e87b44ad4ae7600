import { type AttributeUse, type RegistryAttribute, readRegistry } from './registry.ts';

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const code = (text: string): string => `\`${text}\``;

/** The page docs/telemetry.md. `node registry/write-page.ts` writes it, and a test compares. */
export function renderPage(): string {
  const { attributes, metrics, events } = readRegistry();
  return [
    '<!-- Made from packages/telemetry/registry by `node packages/telemetry/registry/write-page.ts`. -->',
    '# Telemetry',
    '',
    'What the services record under names of our own. The names are an OpenTelemetry registry,',
    '[packages/telemetry/registry](../packages/telemetry/registry), so that others can adopt them and check theirs against it with',
    '[Weaver](https://github.com/open-telemetry/weaver). HTTP, databases and the runtime are recorded under the names of the',
    '[semantic conventions](https://opentelemetry.io/docs/specs/semconv/). [How to read it](patterns/observability.md).',
    '',
    '## Metrics',
    '',
    row('Metric', 'Kind', 'Unit', 'What it says', 'Attributes'),
    row('---', '---', '---', '---', '---'),
    ...metrics.map(({ metric_name, instrument, unit, brief, attributes: uses }) =>
      row(code(metric_name), instrument, code(unit), brief, uses.map(describeUse).join(', ')),
    ),
    '',
    '## Events on spans',
    '',
    'Each is written on the span of whoever made the call. A call that simply works writes none.',
    '',
    row('Event', 'What happened', 'Attributes'),
    row('---', '---', '---'),
    ...events.map(({ name, brief, attributes: uses }) =>
      row(code(name), brief, uses.map(describeUse).join(', ')),
    ),
    '',
    '## Attributes',
    '',
    row('Attribute', 'Type', 'What it says', 'Values'),
    row('---', '---', '---', '---'),
    ...attributes.map((attribute) =>
      row(code(attribute.id), typeOf(attribute), attribute.brief, valuesOf(attribute)),
    ),
    '',
  ].join('\n');
}

function describeUse({ ref, requirement_level: level }: AttributeUse): string {
  return level === 'required' ? code(ref) : `${code(ref)} (${lowerFirst(level.conditionally_required)})`;
}

const lowerFirst = (text: string): string => text[0]?.toLowerCase() + text.slice(1).replace(/\.$/, '');

const typeOf = ({ type }: RegistryAttribute): string => (typeof type === 'string' ? type : 'string');

function valuesOf({ type, examples = [] }: RegistryAttribute): string {
  if (typeof type === 'string')
    return examples.length === 0 ? '' : `such as ${examples.map((each) => code(String(each))).join(', ')}`;
  return type.members.map(({ value, brief }) => `${code(value)}: ${lowerFirst(brief)}`).join('; ');
}
