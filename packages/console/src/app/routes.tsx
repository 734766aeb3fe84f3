// Which address shows which page. Everything but the overview is loaded when it is first visited.
import { Skeleton } from '@patternfly/react-core'
import { lazy, Suspense } from 'react'
import { Link, Route, Switch, useLocation } from 'wouter'
import { OverviewPage } from '../overview/overview-page.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorBoundary } from './error-boundary.tsx'

const HostsPage = lazy(() => import('../hosts/hosts-page.tsx').then((m) => ({ default: m.HostsPage })))
const HostPage = lazy(() => import('../hosts/host-page.tsx').then((m) => ({ default: m.HostPage })))
const InstancesPage = lazy(() => import('../instances/instances-page.tsx').then((m) => ({ default: m.InstancesPage })))
const InstancePage = lazy(() => import('../instances/instance-page.tsx').then((m) => ({ default: m.InstancePage })))
const PlanPage = lazy(() => import('../plan/plan-page.tsx').then((m) => ({ default: m.PlanPage })))
const RulesPage = lazy(() => import('../rules/rules-page.tsx').then((m) => ({ default: m.RulesPage })))
const RulePage = lazy(() => import('../rules/rule-page.tsx').then((m) => ({ default: m.RulePage })))
const HistoryPage = lazy(() => import('../history/history-page.tsx').then((m) => ({ default: m.HistoryPage })))
const ProblemsPage = lazy(() => import('../problems/problems-page.tsx').then((m) => ({ default: m.ProblemsPage })))
const SettingsPage = lazy(() => import('../settings/settings-page.tsx').then((m) => ({ default: m.SettingsPage })))
const ConnectPage = lazy(() => import('../connect/connect-page.tsx').then((m) => ({ default: m.ConnectPage })))

export function Routes() {
  const [path] = useLocation()
  return (
    <ErrorBoundary key={path}>
      <Suspense fallback={<Skeleton height="60vh" screenreaderText="Loading the page" />}>
        <Switch>
          <Route path="/" component={OverviewPage} />
          <Route path="/hosts" component={HostsPage} />
          <Route path="/hosts/:id">{({ id }) => <HostPage key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/instances" component={InstancesPage} />
          <Route path="/instances/:id">{({ id }) => <InstancePage key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/plan" component={PlanPage} />
          <Route path="/rules" component={RulesPage} />
          <Route path="/rules/:id">{({ id }) => <RulePage key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/history" component={HistoryPage} />
          <Route path="/problems" component={ProblemsPage} />
          <Route path="/settings" component={SettingsPage} />
          <Route path="/connect" component={ConnectPage} />
          <Route>
            <Empty title="There is no such page" action={<Link href="/">To the overview</Link>}>
              The address {path} leads nowhere. The places are in the list on the left; press ? for the keys.
            </Empty>
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  )
}
