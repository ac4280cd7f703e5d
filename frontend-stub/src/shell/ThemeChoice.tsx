import { useState } from 'react';

const KEY = 'chartroom.theme';
const CHOICES = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;
type Choice = keyof typeof CHOICES;

function stored(): Choice {
  const found = localStorage.getItem(KEY);
  return found === 'light' || found === 'dark' ? found : 'system';
}

function apply(choice: Choice): void {
  document.documentElement.style.colorScheme = choice === 'system' ? '' : choice;
}

apply(stored());

export function ThemeChoice() {
  const [choice, setChoice] = useState(stored);
  return (
    <label className="theme">
      Colours{' '}
      <select
        value={choice}
        onChange={(event) => {
          const chosen = event.target.value as Choice;
          localStorage.setItem(KEY, chosen);
          apply(chosen);
          setChoice(chosen);
        }}
      >
        {Object.entries(CHOICES).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
