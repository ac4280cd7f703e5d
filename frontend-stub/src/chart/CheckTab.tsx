/** Values of one's own, held against the schema of this version as an installation would. */
import { type FormEvent, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { Answer } from '../elements/Answer';
import { Button, Field, reason } from '../elements/elements';
import { Segments } from '../elements/Segments';
import { count } from '../elements/words';
import { graphql } from '../gql';
import type { CheckValuesQuery } from '../gql/graphql';
import type { TabProps } from './ChartPage';
import { type Place, pathOf, placeOf } from './valuesPlace';

const DEFAULTS = graphql(`
  query CheckDefaults($id: ID!) {
    chartVersion(id: $id) {
      id
      values
    }
  }
`);

const CHECK = graphql(`
  query CheckValues($id: ID!, $values: String!) {
    validateValues(chartVersionId: $id, values: $values) {
      valid
      hasSchema
      problems {
        pointer
        message
      }
    }
  }
`);

export default function CheckTab({ chartVersionId }: TabProps) {
  const asked = useQuery({ query: DEFAULTS, variables: { id: chartVersionId } });
  return (
    <Answer to={asked} lines={14}>
      {({ chartVersion }) => <Check chartVersionId={chartVersionId} defaults={chartVersion?.values ?? ''} />}
    </Answer>
  );
}

const BEGINNINGS = { defaults: 'values.yaml', nothing: 'Nothing' } as const;
type Beginning = keyof typeof BEGINNINGS;

function Check({ chartVersionId, defaults }: { chartVersionId: string; defaults: string }) {
  const [beginning, setBeginning] = useState<Beginning>('defaults');
  const [values, setValues] = useState(defaults);
  const [checked, setChecked] = useState<string | null>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const [{ data, error, fetching }] = useQuery({
    query: CHECK,
    variables: { id: chartVersionId, values: checked ?? '' },
    pause: checked === null,
    requestPolicy: 'cache-first',
  });

  function begin(with_: Beginning) {
    setBeginning(with_);
    setValues(with_ === 'defaults' ? defaults : '');
    setChecked(null);
  }
  function check(event: FormEvent) {
    event.preventDefault();
    setChecked(values);
  }
  function show(place: Place) {
    text.current?.focus();
    text.current?.setSelectionRange(place.from, place.to);
  }

  return (
    <form className="check-values" onSubmit={check}>
      <div className="check-values-tools">
        <span className="faint">Begin with</span>
        <Segments label="Begin with" choices={BEGINNINGS} chosen={beginning} onChoose={begin} />
      </div>
      <Field
        label="Your values"
        help="YAML, as helm install --values takes it. Nothing is kept, and the chart’s defaults fill what is left out."
      >
        {(wiring) => (
          <textarea
            {...wiring}
            ref={text}
            rows={12}
            className="mono"
            spellCheck={false}
            value={values}
            onChange={(event) => setValues(event.target.value)}
          />
        )}
      </Field>
      <div className="form-actions">
        <Button look="primary" type="submit" busy={fetching}>
          Check values
        </Button>
      </div>
      <div role="status">
        {error && checked !== null ? <p className="refusals">{reason(error)}</p> : null}
        {data && checked !== null && !fetching ? (
          <Verdict validation={data.validateValues} values={checked} isStale={checked !== values} onShow={show} />
        ) : null}
      </div>
    </form>
  );
}

function Verdict({
  validation,
  values,
  isStale,
  onShow,
}: {
  validation: CheckValuesQuery['validateValues'];
  /** Those that were judged. */
  values: string;
  isStale: boolean;
  onShow: (place: Place) => void;
}) {
  const { valid, hasSchema, problems } = validation;
  return (
    <section className={isStale ? 'problems stale' : 'problems'} aria-label="What came of it">
      <p className={valid ? 'verdict' : 'verdict breaking'}>
        {valid
          ? hasSchema
            ? 'The chart takes these values.'
            : 'This is YAML that Helm reads. The chart has no schema, so nothing more can be said.'
          : `The chart would refuse these values: ${count(problems.length, 'problem')}.`}
      </p>
      {isStale ? <p className="faint">The values were changed since; check them again.</p> : null}
      <ul className="rows">
        {problems.map((problem) => {
          const place = placeOf(values, problem.pointer);
          return (
            <li key={`${problem.pointer} ${problem.message}`}>
              <div>
                {problem.pointer ? <strong className="mono">{pathOf(problem.pointer)}</strong> : null}
                <p>{problem.message}</p>
              </div>
              {place && !isStale ? (
                <Button look="quiet" onClick={() => onShow(place)} aria-label={`Show line ${place.line}`}>
                  Line {place.line}
                </Button>
              ) : (
                <span className="faint">{place ? `Line ${place.line}` : 'Not in these values'}</span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
