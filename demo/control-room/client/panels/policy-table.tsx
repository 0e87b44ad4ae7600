import type { PolicyReport } from '../../../stage/picture.ts';
import { count, duration, percent } from '../format.ts';
import { useLive } from '../live/store.ts';
import { nodeTitle } from '../topology/names.ts';
import { fieldsOf, words } from './policy-fields.ts';
import { isPlain, numberAt, type Plain, plainAt } from './policy-report.ts';

/** Every dependency in one line; opened, every policy with its numbers and the settings it runs with. */
export function PolicyTable() {
  const reports = useLive((state) => state.frame?.policies ?? none);
  return (
    <section className="panel policies" data-tour="policies" aria-label="Policies">
      <header>
        <h2>Policies</h2>
        <p className="quiet">open a line for every number and the settings it runs with now</p>
      </header>
      <div className="policy-line policy-heads" aria-hidden="true">
        <span>dependency</span>
        {columns.map(({ name }) => (
          <span key={name}>{name}</span>
        ))}
      </div>
      {reports.length === 0 && <p className="empty">No service has reported yet.</p>}
      {reports.map((report) => (
        <Dependency key={`${report.service}/${report.dependency}`} report={report} />
      ))}
    </section>
  );
}

const none: readonly PolicyReport[] = [];

interface Column {
  readonly name: string;
  readonly show: (snapshot: Plain) => string;
}

const ofAll = (snapshot: Plain, source: string): number | null => {
  const total = numberAt(snapshot, 'calls', 'total');
  const part = numberAt(snapshot, 'calls', source);
  return total && part !== null ? part / total : null;
};

/** Over the calls of the last seconds; null when there were none. */
const quantile = (snapshot: Plain, name: string): number | null =>
  numberAt(snapshot, 'latencyMs', 'count') ? numberAt(snapshot, 'latencyMs', name) : null;

const columns: readonly Column[] = [
  { name: 'failed', show: (snapshot) => percent(numberAt(snapshot, 'policies', 'breaker', 'failureRatio')) },
  { name: 'slow', show: (snapshot) => percent(numberAt(snapshot, 'policies', 'breaker', 'slowRatio')) },
  { name: 'p50', show: (snapshot) => duration(quantile(snapshot, 'p50')) },
  { name: 'p99', show: (snapshot) => duration(quantile(snapshot, 'p99')) },
  { name: 'in flight', show: (snapshot) => count(numberAt(snapshot, 'policies', 'bulkhead', 'inFlight')) },
  {
    name: 'retries left',
    show: (snapshot) => count(numberAt(snapshot, 'policies', 'retry', 'budgetAvailable')),
  },
  { name: 'calls', show: (snapshot) => count(numberAt(snapshot, 'calls', 'total')) },
  { name: 'live so far', show: (snapshot) => percent(ofAll(snapshot, 'live')) },
];

function Dependency({ report }: { report: PolicyReport }) {
  const snapshot = isPlain(report.snapshot) ? report.snapshot : {};
  const policies = Object.entries(plainAt(snapshot, 'policies') ?? {}).filter(
    (entry): entry is [string, Plain] => isPlain(entry[1]),
  );
  const state = String(plainAt(snapshot, 'policies', 'breaker')?.state ?? '');
  const isOn = ([, policy]: [string, Plain]) => policy.enabled !== false;
  const off = policies.filter((entry) => !isOn(entry)).map(([name]) => words(name));
  return (
    <details className="dependency">
      <summary className="policy-line">
        <span className="dependency-name">
          {nodeTitle[report.service]} <i aria-hidden="true">→</i> {report.dependency}{' '}
          <b data-state={state}>{state}</b>
        </span>
        {columns.map(({ name, show }) => (
          <span key={name} data-name={name}>
            {show(snapshot)}
          </span>
        ))}
      </summary>
      <div className="policy-list">
        {policies.filter(isOn).map(([name, policy]) => (
          <Policy key={name} name={name} policy={policy} />
        ))}
      </div>
      {off.length > 0 && <p className="quiet">switched off: {off.join(', ')}</p>}
    </details>
  );
}

function Policy({ name, policy }: { name: string; policy: Plain }) {
  return (
    <section className="policy">
      <h4>{words(name)}</h4>
      <Fields fields={fieldsOf(policy)} />
      <Fields fields={fieldsOf(plainAt(policy, 'settings') ?? {})} quiet />
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
