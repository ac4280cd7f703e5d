/** What a chart is known for besides its facets: asked for by name, so there are no counts beforehand. */
import { useState } from 'react';
import { Field } from '../elements/elements';
import { useTyped } from './useTyped';
import type { StoreSearch } from './storeSearch';

interface Props {
  search: StoreSearch;
  change: (part: Partial<StoreSearch>) => void;
  /** By the name of the filter. */
  refusals: Readonly<Record<string, string>>;
}

export function FurtherFilters({ search, change, refusals }: Props) {
  const used = [search.signed !== null, search.kubeVersion, search.image, search.dependsOn].some(Boolean);
  const [open] = useState(used);
  return (
    <details className="further" open={open}>
      <summary>More filters</summary>
      <div className="further-fields">
        <Field label="Signature">
          {(wiring) => (
            <select
              {...wiring}
              value={search.signed === null ? '' : search.signed ? 'yes' : 'no'}
              onChange={(event) => change({ signed: event.target.value ? event.target.value === 'yes' : null })}
            >
              <option value="">Any</option>
              <option value="yes">Signed</option>
              <option value="no">Not signed</option>
            </select>
          )}
        </Field>
        <Typed
          label="Installs on Kubernetes"
          example="1.34"
          value={search.kubeVersion}
          refusal={refusals.kubeVersion}
          onPause={(kubeVersion) => change({ kubeVersion })}
        />
        <Typed
          label="Uses the image"
          example="nginx"
          value={search.image}
          refusal={refusals.image}
          onPause={(image) => change({ image })}
        />
        <Typed
          label="Depends on the chart"
          example="postgresql"
          value={search.dependsOn}
          refusal={refusals.dependsOn}
          onPause={(dependsOn) => change({ dependsOn })}
        />
      </div>
    </details>
  );
}

function Typed({
  label,
  example,
  value,
  refusal,
  onPause,
}: {
  label: string;
  example: string;
  value: string;
  refusal: string | undefined;
  onPause: (value: string) => void;
}) {
  const [typed, setTyped] = useTyped(value, (text) => onPause(text.trim()));
  return (
    <Field label={label} error={value ? refusal : undefined}>
      {(wiring) => (
        <input
          {...wiring}
          value={typed}
          placeholder={example}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
    </Field>
  );
}
