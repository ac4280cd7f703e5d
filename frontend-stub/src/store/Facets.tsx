/** What the list can be narrowed by, with how many charts each choice leaves. */
import type { ReactNode } from 'react';
import { Switch } from '../elements/elements';
import { sentence } from '../elements/words';
import { type FragmentType, graphql, read } from '../gql';
import { FurtherFilters } from './FurtherFilters';
import { type StoreSearch, toggled } from './storeSearch';

export const FACETS = graphql(`
  fragment StoreFacets on ChartFacets {
    registries {
      count
      registry {
        id
        name
      }
    }
    keywords {
      value
      count
    }
    types {
      value
      count
    }
  }
`);

const KEYWORDS_SHOWN = 15;

interface Choice {
  value: string;
  label: string;
  count: number | null;
}

export function Facets({
  facets: given,
  search,
  change,
  refusals,
}: {
  facets: FragmentType<typeof FACETS> | undefined;
  search: StoreSearch;
  change: (part: Partial<StoreSearch>) => void;
  refusals: Readonly<Record<string, string>>;
}) {
  const facets = read(FACETS, given);
  const registries = (facets?.registries ?? []).map(({ registry, count }) => ({
    value: registry.id,
    label: registry.name,
    count,
  }));
  return (
    <>
      {/* First, for they are there before the counts come. */}
      <div>
        <Switch
          label="Hide deprecated"
          checked={search.hideDeprecated}
          onChange={(hideDeprecated) => change({ hideDeprecated })}
        />
        <Switch
          label="Pre-releases too"
          checked={search.prereleases}
          onChange={(prereleases) => change({ prereleases })}
        />
      </div>
      <FurtherFilters search={search} change={change} refusals={refusals} />
      <Group
        title="Registry"
        choices={registries}
        chosen={search.registryIds}
        toggle={(id) => change({ registryIds: toggled(search.registryIds, id) })}
      />
      <Group
        title="Kind"
        choices={(facets?.types ?? []).map((one) => ({ ...one, label: sentence(one.value) }))}
        chosen={search.types}
        toggle={(type) => change({ types: toggled(search.types, type) })}
      />
      <Group
        title="Keyword"
        choices={(facets?.keywords ?? []).slice(0, KEYWORDS_SHOWN).map((one) => ({ ...one, label: one.value }))}
        chosen={search.keywords}
        toggle={(keyword) => change({ keywords: toggled(search.keywords, keyword) })}
      />
    </>
  );
}

function Group({
  title,
  choices,
  chosen,
  toggle,
}: {
  title: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  toggle: (value: string) => void;
}): ReactNode {
  // What is chosen stays in sight where nothing is left of it, so that it can be taken away.
  const missing = chosen.filter((value) => !choices.some((choice) => choice.value === value));
  const all = [...choices, ...missing.map((value) => ({ value, label: value, count: 0 }))];
  if (all.length === 0) return null;
  return (
    <fieldset>
      <legend>{title}</legend>
      {all.map((choice) => (
        <label className="check" key={choice.value}>
          <input type="checkbox" checked={chosen.includes(choice.value)} onChange={() => toggle(choice.value)} />
          <span>{choice.label}</span>
          <span className="count">{choice.count}</span>
        </label>
      ))}
    </fieldset>
  );
}
