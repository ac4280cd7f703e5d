/** What stands around every page: where one can go, who one is, and what runs. */
import { type ReactNode, createContext, useContext, useEffect, useRef } from 'react';
import { useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { forgetToken } from '../connection/token';
import { graphql } from '../gql';
import type { ViewerQuery } from '../gql/graphql';
import { RunningSyncs } from './RunningSyncs';
import { ThemeChoice } from './ThemeChoice';

const VIEWER = graphql(`
  query Viewer {
    viewer {
      name
      role
      canManageRegistries
      canManageTokens
    }
  }
`);

type Viewer = ViewerQuery['viewer'];
const NOBODY: Viewer = { name: '', role: 'READER', canManageRegistries: false, canManageTokens: false };
const ViewerContext = createContext<Viewer>(NOBODY);

/** What is offered follows from it; what is allowed the server decides. */
export function useViewer(): Viewer {
  return useContext(ViewerContext);
}

export function Shell({ children }: { children: ReactNode }) {
  const [{ data }] = useQuery({ query: VIEWER, requestPolicy: 'cache-first' });
  const viewer = data?.viewer ?? NOBODY;
  const main = useRef<HTMLElement>(null);
  const [location] = useLocation();
  const before = useRef(location);
  useEffect(() => {
    if (before.current === location) return;
    before.current = location;
    // As a browser does when it opens a page: the reader begins at its top.
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [location]);

  return (
    <ViewerContext value={viewer}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="bar-top">
        <Link href="/store" className="brand">
          <Mark /> Chartroom
        </Link>
        <nav aria-label="Main">
          <Place to="/store">Store</Place>
          <Place to="/registries">Registries</Place>
          <Place to="/syncs">Syncs</Place>
          {viewer.canManageTokens && <Place to="/access">Access</Place>}
        </nav>
        <RunningSyncs />
        <div className="viewer">
          <span className="viewer-name" title={viewer.role.toLowerCase()}>
            {viewer.name}
          </span>
          <button type="button" className="button quiet" onClick={forgetToken}>
            Sign out
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        {children}
      </main>
      <footer className="foot">
        <a href="/graphql">GraphQL playground</a>
        <ThemeChoice />
      </footer>
    </ViewerContext>
  );
}

function Place({ to, children }: { to: string; children: ReactNode }) {
  const [location] = useLocation();
  const here = location === to || location.startsWith(`${to}/`);
  return (
    <Link href={to} {...(here ? { 'aria-current': location === to ? ('page' as const) : ('true' as const) } : {})}>
      {children}
    </Link>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" className="mark" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <path className="needle" d="M16 5.5 19 16l-3 10.5L13 16z" />
      <path className="beam" d="M5.5 16 16 13.4 26.5 16 16 18.6z" />
    </svg>
  );
}
