/** The API token of whoever looks. It lives in this tab alone, unless asked to be remembered. */
import { useSyncExternalStore } from 'react';

const KEY = 'chartroom.token';
const listeners = new Set<() => void>();
let refused = false;

export function readToken(): string | null {
  return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
}

export function keepToken(token: string, remembered: boolean): void {
  refused = false;
  (remembered ? localStorage : sessionStorage).setItem(KEY, token);
  for (const listener of listeners) listener();
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

/** Forgets it because the server does not take it any more. */
export function refuseToken(): void {
  refused = true;
  forgetToken();
}

export function wasRefused(): boolean {
  return refused;
}

export function bearer(): string {
  return `Bearer ${readToken() ?? ''}`;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Signing out in one tab signs out all that share the remembered token.
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

/** Null while nobody is signed in. */
export function useToken(): string | null {
  return useSyncExternalStore(subscribe, readToken);
}
