import { useEffect, useEffectEvent, useState } from 'react';

const TYPING_PAUSE_MS = 150;

/** What is typed into a field; it is told on once nothing more comes for a moment, and follows what it is told. */
export function useTyped(value: string, onPause: (typed: string) => void): [string, (typed: string) => void] {
  const [typed, setTyped] = useState(value);
  const tell = useEffectEvent(onPause);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => tell(typed), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return [typed, setTyped];
}
