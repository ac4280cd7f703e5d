/** Trying a connection: which stages there are while it goes on, what came of each afterwards. */
import { useEffect, useRef } from 'react';
import { Bar } from '../elements/elements';
import { sentence } from '../elements/words';
import { type FragmentType, graphql, read } from '../gql';
import type { ConnectionStageKind } from '../gql/graphql';

const REPORT = graphql(`
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

/** In the order they are taken. */
const STAGES: Record<ConnectionStageKind, { name: string; asks: string }> = {
  ADDRESS: { name: 'Address', asks: 'Does the name resolve, to an address that is allowed?' },
  CONNECT: { name: 'Connection', asks: 'Does something answer there?' },
  TLS: { name: 'Certificate', asks: 'Does its certificate hold?' },
  REGISTRY_API: { name: 'Registry', asks: 'Is it a registry?' },
  LOGIN: { name: 'Login', asks: 'Are the credentials taken?' },
  REPOSITORY: { name: 'Repositories', asks: 'Can each be listed, and does it hold a chart?' },
};
const SIGNS: Record<string, string> = { PASSED: '✓', FAILED: '✕', SKIPPED: '–' };

/** A stage each 90 ms: the eye follows; those who asked for less motion see all at once. */
const STEP_MS = 90;

export function ConnectionTest({
  going,
  report,
}: {
  going: boolean;
  report: FragmentType<typeof REPORT> | null | undefined;
}) {
  const place = useRef<HTMLDivElement>(null);
  const isThere = going || Boolean(report);
  useEffect(() => {
    // The button may stand at the end of a long form, and what it brings below it.
    if (isThere) place.current?.scrollIntoView({ block: 'nearest' });
  }, [isThere]);
  if (!isThere) return null;
  return <div ref={place}>{going || !report ? <Going /> : <Report report={report} />}</div>;
}

/** The answer comes for all stages at once: no stage is said to be done before. */
function Going() {
  return (
    <section className="report" aria-label="Connection test" role="status">
      <h2>Trying the connection …</h2>
      <Bar share={null} label="Trying the connection" />
      <ol>
        {Object.values(STAGES).map(({ name, asks }) => (
          <li key={name} className="waiting">
            <span className="sign" aria-hidden="true">
              ·
            </span>
            <span className="stage">
              <strong>{name}</strong>
              <span>{asks}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Report({ report: given }: { report: FragmentType<typeof REPORT> }) {
  const report = read(REPORT, given);
  return (
    <section className="report" aria-label="Connection test" role="status">
      <h2>{report.ok ? 'The connection works' : 'The connection does not work yet'}</h2>
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
                {stage.repository ? <span className="mono">{stage.repository}</span> : STAGES[stage.kind].name}
              </strong>
              <span className="unseen">{sentence(stage.outcome)}: </span>
              <span>{stage.message}</span>
            </span>
            {typeof stage.milliseconds === 'number' ? <span className="faint">{stage.milliseconds} ms</span> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
