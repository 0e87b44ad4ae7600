import type { PolicyReport } from '../../protocol.ts';
import { useLive } from '../live/store.ts';
import { nodeTitle } from '../topology/names.ts';
import { fieldsOf, words } from './policy-fields.ts';

/** Every policy of every dependency: what it counts now, and the settings it runs with. */
export function PolicyTable() {
  const reports = useLive((state) => state.frame?.policies ?? none);
  return (
    <section className="panel policies" data-tour="policies" aria-label="Policies">
      <header>
        <h2>Policies</h2>
        <p className="quiet">numbers of now above, live settings below</p>
      </header>
      {reports.length === 0 && <p className="empty">No service has reported yet.</p>}
      {reports.map((report) => (
        <Dependency key={`${report.service}/${report.dependency}`} report={report} />
      ))}
    </section>
  );
}

const none: readonly PolicyReport[] = [];

function Dependency({ report }: { report: PolicyReport }) {
  const policies = policiesOf(report.snapshot);
  return (
    <article className="dependency">
      <h3>
        {nodeTitle[report.service]} <span aria-hidden="true">→</span> {report.dependency}
      </h3>
      <div className="policy-list">
        {policies.map(([name, policy]) => (
          <Policy key={name} name={name} policy={policy} />
        ))}
      </div>
    </article>
  );
}

type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Plain =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function policiesOf(snapshot: unknown): [string, Plain][] {
  const policies = isPlain(snapshot) ? snapshot.policies : null;
  if (!isPlain(policies)) return [];
  return Object.entries(policies).filter((entry): entry is [string, Plain] => isPlain(entry[1]));
}

function Policy({ name, policy }: { name: string; policy: Plain }) {
  const settings = isPlain(policy.settings) ? fieldsOf(policy.settings) : [];
  return (
    <section className="policy" data-enabled={policy.enabled !== false}>
      <h4>
        {words(name)} <span data-state={String(policy.state ?? '')}>{String(policy.state ?? '')}</span>
      </h4>
      <Fields fields={fieldsOf(policy)} />
      <Fields fields={settings} quiet />
    </section>
  );
}

function Fields({ fields, quiet = false }: { fields: ReturnType<typeof fieldsOf>; quiet?: boolean }) {
  if (fields.length === 0) return null;
  return (
    <dl data-quiet={quiet}>
      {fields.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
