/** One of a few, all in sight. */
export function Segments<Name extends string>({
  label,
  choices,
  chosen,
  onChoose,
}: {
  label: string;
  choices: Readonly<Record<Name, string>>;
  chosen: Name;
  onChoose: (name: Name) => void;
}) {
  return (
    <fieldset className="segments">
      <legend className="unseen">{label}</legend>
      {(Object.keys(choices) as Name[]).map((name) => (
        <button key={name} type="button" aria-pressed={chosen === name} onClick={() => onChoose(name)}>
          {choices[name]}
        </button>
      ))}
    </fieldset>
  );
}
