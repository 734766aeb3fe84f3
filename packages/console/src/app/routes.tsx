// Which address shows which page. Everything but the overview is loaded when it is first visited.
import { Skeleton } from '@patternfly/react-core'
import { lazy, Suspense } from 'react'
import { Link, Route, Switch, useLocation } from 'wouter'
import { OverviewPage } from '../overview/overview-page.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorBoundary } from './error-boundary.tsx'

const pages = {
  hosts: () => import('../hosts/hosts-page.tsx').then((m) => ({ default: m.HostsPage })),
  host: () => import('../hosts/host-page.tsx').then((m) => ({ default: m.HostPage })),
  instances: () => import('../instances/instances-page.tsx').then((m) => ({ default: m.InstancesPage })),
  instance: () => import('../instances/instance-page.tsx').then((m) => ({ default: m.InstancePage })),
  estimates: () => import('../estimates/estimates-page.tsx').then((m) => ({ default: m.EstimatesPage })),
  desktops: () => import('../desktops/desktops-page.tsx').then((m) => ({ default: m.DesktopsPage })),
  energy: () => import('../energy/energy-page.tsx').then((m) => ({ default: m.EnergyPage })),
  plan: () => import('../plan/plan-page.tsx').then((m) => ({ default: m.PlanPage })),
  leases: () => import('../leases/leases-page.tsx').then((m) => ({ default: m.LeasesPage })),
  preemption: () => import('../preemption/preemption-page.tsx').then((m) => ({ default: m.PreemptionPage })),
  rules: () => import('../rules/rules-page.tsx').then((m) => ({ default: m.RulesPage })),
  rule: () => import('../rules/rule-page.tsx').then((m) => ({ default: m.RulePage })),
  history: () => import('../history/history-page.tsx').then((m) => ({ default: m.HistoryPage })),
  problems: () => import('../problems/problems-page.tsx').then((m) => ({ default: m.ProblemsPage })),
  notifications: () =>
    import('../notifications/notifications-page.tsx').then((m) => ({ default: m.NotificationsPage })),
  notification: () => import('../notifications/channel-page.tsx').then((m) => ({ default: m.ChannelPage })),
  settings: () => import('../settings/settings-page.tsx').then((m) => ({ default: m.SettingsPage })),
  users: () => import('../people/users-page.tsx').then((m) => ({ default: m.UsersPage })),
  tokens: () => import('../people/tokens-page.tsx').then((m) => ({ default: m.TokensPage })),
  audit: () => import('../people/audit-page.tsx').then((m) => ({ default: m.AuditPage })),
  connect: () => import('../connect/connect-page.tsx').then((m) => ({ default: m.ConnectPage })),
}

const HostsPage = lazy(pages.hosts)
const HostPage = lazy(pages.host)
const InstancesPage = lazy(pages.instances)
const InstancePage = lazy(pages.instance)
const EstimatesPage = lazy(pages.estimates)
const DesktopsPage = lazy(pages.desktops)
const EnergyPage = lazy(pages.energy)
const PlanPage = lazy(pages.plan)
const LeasesPage = lazy(pages.leases)
const PreemptionPage = lazy(pages.preemption)
const RulesPage = lazy(pages.rules)
const RulePage = lazy(pages.rule)
const HistoryPage = lazy(pages.history)
const ProblemsPage = lazy(pages.problems)
const NotificationsPage = lazy(pages.notifications)
const ChannelPage = lazy(pages.notification)
const SettingsPage = lazy(pages.settings)
const UsersPage = lazy(pages.users)
const TokensPage = lazy(pages.tokens)
const AuditPage = lazy(pages.audit)
const ConnectPage = lazy(pages.connect)

/** Fetches the page of an address while the first questions to the server are still on their way. */
export function preload(path: string): void {
  const [, place = '', id] = path.split('/')
  const name = id === undefined ? place : place.replace(/s$/, '')
  if (Object.hasOwn(pages, name)) void pages[name as keyof typeof pages]().catch(() => undefined)
}

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
          <Route path="/estimates" component={EstimatesPage} />
          <Route path="/desktops" component={DesktopsPage} />
          <Route path="/energy" component={EnergyPage} />
          <Route path="/plan" component={PlanPage} />
          <Route path="/leases" component={LeasesPage} />
          <Route path="/preemption" component={PreemptionPage} />
          <Route path="/rules" component={RulesPage} />
          <Route path="/rules/:id">{({ id }) => <RulePage key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/history" component={HistoryPage} />
          <Route path="/problems" component={ProblemsPage} />
          <Route path="/notifications" component={NotificationsPage} />
          <Route path="/notifications/:id">{({ id }) => <ChannelPage key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/settings" component={SettingsPage} />
          <Route path="/users" component={UsersPage} />
          <Route path="/tokens" component={TokensPage} />
          <Route path="/audit" component={AuditPage} />
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
