/** Any version of a chart, found as one types its beginning. Source: ARIA APG, combobox with list autocomplete. */
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useState } from 'react';
import { useQuery } from 'urql';
import { Badge, When } from '../elements/elements';
import { count } from '../elements/words';
import { graphql } from '../gql';
import { rangeOf } from './versionRange';

const SHOWN = 20;

const MATCHES = graphql(`
  query VersionMatches($id: ID!, $first: Int!, $constraint: String) {
    chart(id: $id) {
      id
      versions(first: $first, constraint: $constraint, includeRemoved: true) {
        totalCount
        nodes {
          id
          version
          createdAt
          storedAt
          removedAt
        }
      }
    }
  }
`);

export function VersionPicker({
  label,
  chartId,
  version,
  missing,
  onChoose,
}: {
  label: string;
  chartId: string;
  /** What is chosen; empty: nothing yet. */
  version: string;
  /** The chart has no such version. */
  missing: boolean;
  onChoose: (version: string) => void;
}) {
  const id = useId();
  const [typed, setTyped] = useState(version);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  useEffect(() => setTyped(version), [version]);
  // What stands there already narrows nothing: whoever opens the list wants another one.
  const sought = useDeferredValue(typed.trim() === version ? '' : typed.trim());
  const [{ data }] = useQuery({
    query: MATCHES,
    variables: { id: chartId, first: SHOWN, constraint: rangeOf(sought) },
    pause: !open,
  });
  const found = data?.chart?.versions;
  const matches = (found?.nodes ?? []).filter((one) => rangeOf(sought) !== null || one.version.includes(sought));

  function choose(chosen: string) {
    setOpen(false);
    setActive(-1);
    setTyped(chosen || version);
    if (chosen && chosen !== version) onChoose(chosen);
  }
  function onKeyDown(event: KeyboardEvent) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step) {
      event.preventDefault();
      setOpen(true);
      if (matches.length) setActive((active + step + matches.length) % matches.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(matches[active]?.version ?? typed.trim());
    } else if (event.key === 'Escape') choose('');
  }

  return (
    <div className="picker">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(active >= 0 ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        {...(missing ? { 'aria-invalid': true, 'aria-describedby': `${id}-missing` } : {})}
        autoComplete="off"
        spellCheck={false}
        className="mono"
        value={typed}
        placeholder="e.g. 1.2"
        onFocus={(event) => event.target.select()}
        onClick={() => setOpen(true)}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(-1);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => choose(typed.trim())}
      />
      {missing ? (
        <p className="field-error" id={`${id}-missing`}>
          There is no version {version}.
        </p>
      ) : null}
      <div className="picker-list" hidden={!open}>
        <ul role="listbox" id={`${id}-list`} aria-label={`Versions, ${label.toLowerCase()}`}>
          {matches.map((one, place) => (
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are the field's, as a combobox has it
            <li
              key={one.id}
              id={`${id}-${place}`}
              role="option"
              aria-selected={place === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(one.version)}
            >
              <span className="mono">{one.version}</span>
              {one.removedAt ? <Badge tone="bad">Gone</Badge> : null}
              <span className="faint">
                <When at={one.createdAt ?? one.storedAt} />
              </span>
            </li>
          ))}
        </ul>
        <p className="help">{hint(matches.length, found?.totalCount)}</p>
      </div>
    </div>
  );
}

function hint(shown: number, total: number | undefined): string {
  if (total === undefined) return 'Looking …';
  if (shown === 0) return 'None begins so.';
  return total > shown ? `${count(total - shown, 'more version')}: type the beginning of one.` : '';
}
