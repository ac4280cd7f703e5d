/** What came of trying a connection, stage by stage. */
import { sentence } from '../elements/words';
import { type FragmentType, graphql, read } from '../gql';

export const REPORT = graphql(`
  fragment ReportStages on ConnectionReport {
    ok
    stages {
      kind
      outcome
      message
      repository
      milliseconds
    }
  }
`);

const NAMES: Record<string, string> = {
  ADDRESS: 'Address',
  CONNECT: 'Connection',
  TLS: 'Certificate',
  REGISTRY_API: 'Registry',
  LOGIN: 'Login',
  REPOSITORY: 'Repository',
};
const SIGNS: Record<string, string> = { PASSED: '✓', FAILED: '✕', SKIPPED: '–' };

/** A stage each 90 ms: the eye follows; those who asked for less motion see all at once. */
const STEP_MS = 90;

export function ConnectionReport({ report: given }: { report: FragmentType<typeof REPORT> }) {
  const report = read(REPORT, given);
  return (
    <section className="report" aria-label="Connection test" role="status">
      <h3>{report.ok ? 'The connection works' : 'The connection does not work yet'}</h3>
      <ol>
        {report.stages.map((stage, place) => (
          <li
            key={`${stage.kind} ${stage.repository ?? ''}`}
            className={stage.outcome.toLowerCase()}
            style={{ animationDelay: `${place * STEP_MS}ms` }}
          >
            <span className="sign" aria-hidden="true">
              {SIGNS[stage.outcome]}
            </span>
            <span className="stage">
              <strong>
                {NAMES[stage.kind] ?? sentence(stage.kind)}
                {stage.repository && <span className="mono"> {stage.repository}</span>}
              </strong>
              <span className="unseen">{sentence(stage.outcome)}: </span>
              <span>{stage.message}</span>
            </span>
            {stage.milliseconds !== null && stage.milliseconds !== undefined && (
              <span className="faint">{stage.milliseconds} ms</span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
