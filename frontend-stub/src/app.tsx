/** Who is signed in, and which page stands where. app/pages.py has the same sections: it serves this page for them. */
import { Suspense, lazy, useMemo } from 'react';
import { Provider } from 'urql';
import { Redirect, Route, Switch } from 'wouter';
import { createClient } from './connection/client';
import { useToken } from './connection/token';
import { Clock, Empty, Skeleton, useTitle } from './elements/elements';
import { Shell } from './shell/Shell';
import { SignIn } from './shell/SignIn';
import { StorePage } from './store/StorePage';

const ChartPage = lazy(() => import('./chart/ChartPage'));
const RegistriesPage = lazy(() => import('./registries/RegistriesPage'));
const AddRegistryPage = lazy(() => import('./registries/AddRegistryPage'));
const RegistryPage = lazy(() => import('./registries/RegistryPage'));
const EditRegistryPage = lazy(() => import('./registries/EditRegistryPage'));
const SyncsPage = lazy(() => import('./syncs/SyncsPage'));
const SyncPage = lazy(() => import('./syncs/SyncPage'));
const AccessPage = lazy(() => import('./access/AccessPage'));

export function App() {
  const token = useToken();
  return <Clock>{token ? <SignedIn key={token} /> : <SignIn />}</Clock>;
}

function SignedIn() {
  const client = useMemo(createClient, []);
  return (
    <Provider value={client}>
      <Shell>
        <Suspense fallback={<Skeleton lines={6} tall />}>
          <Switch>
            <Route path="/">
              <Redirect to="/store" replace />
            </Route>
            <Route path="/store" component={StorePage} />
            <Route path="/store/*" component={ChartPage} />
            <Route path="/registries" component={RegistriesPage} />
            <Route path="/registries/new" component={AddRegistryPage} />
            <Route path="/registries/:id">{({ id }) => <RegistryPage id={id} key={id} />}</Route>
            <Route path="/registries/:id/edit">{({ id }) => <EditRegistryPage id={id} key={id} />}</Route>
            <Route path="/syncs" component={SyncsPage} />
            <Route path="/syncs/:id">{({ id }) => <SyncPage id={id} key={id} />}</Route>
            <Route path="/access" component={AccessPage} />
            <Route component={NotThere} />
          </Switch>
        </Suspense>
      </Shell>
    </Provider>
  );
}

function NotThere() {
  useTitle('Not found');
  return (
    <Empty page title="There is no such page" action={<a href="/store">To the chart store</a>}>
      The address may be mistyped, or the link may be an old one.
    </Empty>
  );
}
