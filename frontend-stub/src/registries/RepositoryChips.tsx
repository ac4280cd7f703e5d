import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from 'react';
import { Field } from '../elements/elements';
import { count } from '../elements/words';
import { repositoryNames } from './repositoryNames';

export function RepositoryChips({
  names,
  onChange,
  error,
  canDiscover = false,
}: {
  names: readonly string[];
  onChange: (names: string[]) => void;
  error?: string | undefined;
  canDiscover?: boolean;
}) {
  const [typed, setTyped] = useState('');
  const [said, setSaid] = useState('');
  const input = useRef<HTMLInputElement>(null);

  function add(text: string) {
    const fresh = repositoryNames(text).filter((name) => !names.includes(name));
    if (fresh.length) onChange([...names, ...fresh]);
    setSaid(fresh.length ? `${count(fresh.length, 'repository', 'repositories')} added` : '');
    setTyped('');
  }
  function remove(name: string) {
    onChange(names.filter((one) => one !== name));
    setSaid(`${name} taken away`);
    input.current?.focus();
  }
  function onKeyDown(event: KeyboardEvent) {
    if ((event.key === 'Enter' || event.key === ',' || event.key === ' ') && typed.trim()) {
      event.preventDefault();
      add(typed);
    } else if (event.key === 'Backspace' && !typed && names.length) remove(names.at(-1)!);
  }
  function onPaste(event: ClipboardEvent) {
    const pasted = event.clipboardData.getData('text');
    if (!/[\s,;]|^oci:/.test(pasted.trim())) return;
    event.preventDefault();
    add(pasted);
  }

  return (
    <Field
      label="Repositories"
      error={error}
      help={
        canDiscover
          ? 'Paths in the registry, e.g. acme/payments; paste as many as you like. Others can be found once it is added.'
          : 'Paths in the registry, e.g. acme/payments; paste as many as you like.'
      }
    >
      {(wiring) => (
        <div className="chips">
          {names.length > 0 && (
            <ul aria-label="Repositories to add">
              {names.map((name) => (
                <li key={name} className="chip">
                  <span className="mono">{name}</span>
                  <button type="button" aria-label={`Take ${name} away`} onClick={() => remove(name)}>
                    ×
                  </button>
                </li>
              ))}
            </ul>
          )}
          <input
            {...wiring}
            ref={input}
            className="mono"
            value={typed}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            placeholder={names.length ? '' : 'acme/payments'}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onBlur={() => typed.trim() && add(typed)}
          />
          <span className="unseen" role="status">
            {said}
          </span>
        </div>
      )}
    </Field>
  );
}
