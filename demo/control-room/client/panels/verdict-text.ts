import type { CheckResult } from '../../../scenarios/check-result.ts';
import type { ScenarioRun } from '../../protocol.ts';

/** How a run ended, in one sentence. */
export function verdictText({ state, verdict, reason, variant, checks }: ScenarioRun): string {
  if (state === 'stopped') return 'Stopped; the system was restored.';
  if (verdict === 'no verdict') return `No verdict. ${reason}`;
  if (verdict !== 'as declared') return 'Not as declared: see the marked checks.';
  if (variant === 'protected') return 'As declared: every check holds.';
  const broken = checks.filter(({ holds }) => !holds).length;
  const verb = broken === 1 ? 'breaks' : 'break';
  return `As declared: without the protection ${broken} of ${checks.length} checks ${verb}.`;
}

/** What must be measured, and what is declared of the run that is shown. */
export function checkText(
  { expected, declared, isAsDeclared }: CheckResult,
  variant: ScenarioRun['variant'],
): string {
  const text = variant === 'naive' ? `${expected}; without: ${declared}` : expected;
  return isAsDeclared === false ? `${text} (not as declared)` : text;
}
