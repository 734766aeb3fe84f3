// Status, clouds and loops, modes, the pause button, settings, sessions, tokens, audit; and the questions for ledger and savings.
import { type Static, Type } from 'typebox'
import { ReportBody } from '../report.ts'
import { roles } from '../role.ts'
import { endpoint } from './endpoint.ts'
import { FleetEstimateView } from './estimates.ts'
import { LedgerPointView, LedgerView } from './ledger.ts'
import { ActionName, CapabilityName, DurationText, IdParam, ModeName, OneOf, PageOf, PageQuery, Time } from './parts.ts'
import { GrantRemarks, NobodyView, WhoAmIView } from './people.ts'
import { savingsGroups, SavingsReport, SavingsView } from './savings.ts'

export const CloudView = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  address: Type.String(),
  state: OneOf(['starting', 'fresh', 'stale', 'partial', 'unreachable']),
  takenAt: Type.Optional(Time),
  version: Type.Integer(),
  hosts: Type.Integer(),
  instances: Type.Integer(),
  runningInstances: Type.Integer(),
  projects: Type.Integer(),
  gaps: Type.Array(Type.Object({ scope: Type.String(), reason: Type.String() })),
  actions: Type.Array(
    Type.Object({
      action: ActionName,
      meaning: Type.String(),
      givesBack: Type.Object({
        physicalCores: Type.Boolean(),
        physicalMemory: Type.Boolean(),
        sellable: Type.Boolean(),
      }),
    }),
  ),
})
export type CloudView = Static<typeof CloudView>

/** A source of measurements beside the clouds' own. */
export const SourceView = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  address: Type.String(),
  clouds: Type.Array(Type.String()),
  /** back-filling: the past is being filled in, and nothing is sampled meanwhile. */
  state: OneOf(['starting', 'back-filling', 'fresh', 'stale', 'unreachable']),
  /** While back-filling: how far the past is there. */
  filledUntil: Type.Optional(Time),
  readAt: Type.Optional(Time),
  /** Whose figure counts where the driver of the cloud measures the same. */
  prefer: OneOf(['driver', 'source']),
  series: Type.Integer(),
  /** Series that belong to nothing that is known, and to more than one thing. */
  unmatched: Type.Integer(),
  ambiguous: Type.Integer(),
  /** Hosts and instances it has figures of. */
  subjects: Type.Integer(),
  samples: Type.Integer(),
  fault: Type.Optional(Type.String()),
})
export type SourceView = Static<typeof SourceView>

export const LoopView = Type.Object({
  name: Type.String(),
  periodS: Type.Number(),
  runs: Type.Integer(),
  failures: Type.Integer(),
  lastStartedAt: Type.Optional(Time),
  lastFinishedAt: Type.Optional(Time),
  lastDurationMs: Type.Optional(Type.Number()),
  lastError: Type.Optional(Type.String()),
  /** True when it has missed three periods. */
  late: Type.Boolean(),
  detail: Type.String(),
})
export type LoopView = Static<typeof LoopView>

export const ModeView = Type.Object({
  capability: CapabilityName,
  mode: ModeName,
  /** file: the configuration rules and it cannot be changed here. */
  source: OneOf(['default', 'file', 'api']),
})
export type ModeView = Static<typeof ModeView>

export const PauseView = Type.Object({ by: Type.String(), since: Time, reason: Type.String() })

/** What hosts have that are switched off to save energy: in no other figure, and there again when they wake. */
export const AsleepView = Type.Object({ hosts: Type.Integer(), cores: Type.Number(), memoryMiB: Type.Number() })
export type AsleepView = Static<typeof AsleepView>

export const StatusView = Type.Object({
  name: Type.Literal('gleaner'),
  version: Type.String(),
  now: Time,
  /** How many times faster than real time the clock runs; 1 but for simulations. */
  speed: Type.Number(),
  startedAt: Time,
  ready: Type.Boolean(),
  /** While not ready: what is being waited for. */
  starting: Type.Optional(Type.String()),
  replica: Type.String(),
  leader: Type.Object({
    isLeader: Type.Boolean(),
    holder: Type.Optional(Type.String()),
    term: Type.Optional(Type.Integer()),
    since: Type.Optional(Time),
  }),
  paused: Type.Optional(PauseView),
  modes: Type.Array(ModeView),
  clouds: Type.Array(CloudView),
  sources: Type.Array(SourceView),
  ledger: Type.Optional(LedgerView),
  /** Absent while none is. */
  asleep: Type.Optional(AsleepView),
  /** What all hosts will use at most; absent before the first estimate. */
  estimates: Type.Optional(FleetEstimateView),
  savings: Type.Optional(SavingsView),
  proposals: Type.Object({
    open: Type.Integer(),
    awaitingApproval: Type.Integer(),
    due: Type.Integer(),
    byState: Type.Record(Type.String(), Type.Integer()),
  }),
  problems: Type.Object({ open: Type.Integer(), errors: Type.Integer() }),
  /** Absent while there are none. */
  desktops: Type.Optional(
    Type.Object({ total: Type.Integer(), lendable: Type.Integer(), lent: Type.Integer(), lost: Type.Integer() }),
  ),
  rules: Type.Object({ total: Type.Integer(), enabled: Type.Integer(), undetermined: Type.Integer() }),
  loops: Type.Array(LoopView),
  store: Type.Object({ reachable: Type.Boolean(), kind: OneOf(['private', 'external']), detail: Type.String() }),
})
export type StatusView = Static<typeof StatusView>

export const TokenView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: OneOf(roles),
  projects: Type.Array(Type.String()),
  createdAt: Time,
  createdBy: Type.String(),
  expiresAt: Type.Optional(Time),
  lastUsedAt: Type.Optional(Time),
})
export type TokenView = Static<typeof TokenView>

export const AuditView = Type.Object({
  at: Time,
  by: Type.String(),
  from: Type.String(),
  what: Type.String(),
  object: Type.String(),
  before: Type.Unknown(),
  after: Type.Unknown(),
})
export type AuditView = Static<typeof AuditView>

export const SettingView = Type.Object({
  name: Type.String(),
  value: Type.Unknown(),
  source: OneOf(['default', 'file', 'environment', 'api']),
  /** file and line, or the name of the variable. */
  where: Type.Optional(Type.String()),
  effect: Type.String(),
})
export type SettingView = Static<typeof SettingView>

const tag = 'system'

export const systemEndpoints = {
  getStatus: endpoint(
    { method: 'GET', path: '/api/v1/status', role: 'viewer', tag, summary: 'Everything at a glance' },
    { response: StatusView },
  ),
  getSavings: endpoint(
    {
      method: 'GET',
      path: '/api/v1/savings',
      role: 'viewer',
      tag: 'system',
      summary: 'What was given back over a span, by rule, project, action or capability',
    },
    {
      query: Type.Object({
        for: Type.Optional(DurationText),
        by: Type.Optional(OneOf(savingsGroups, { default: 'rule' })),
      }),
      response: SavingsReport,
    },
  ),
  getReport: endpoint(
    {
      method: 'GET',
      path: '/api/v1/report',
      role: 'viewer',
      tag,
      summary: 'What was done, and what rules in mode observe would have done, as the report by mail says it',
    },
    {
      query: Type.Object({
        for: Type.Optional(DurationText),
        project: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'Name or id' })),
      }),
      response: ReportBody,
    },
  ),
  getLedgerHistory: endpoint(
    { method: 'GET', path: '/api/v1/ledger/history', role: 'viewer', tag, summary: 'Ledger totals over time' },
    {
      query: Type.Object({
        cloud: Type.Optional(Type.String()),
        for: Type.Optional(DurationText),
        points: Type.Optional(Type.Integer({ minimum: 2, maximum: 2000, default: 300 })),
      }),
      response: Type.Object({ items: Type.Array(LedgerPointView) }),
    },
  ),
  setMode: endpoint(
    {
      method: 'PUT',
      path: '/api/v1/modes/:capability',
      role: 'operator',
      tag,
      summary: 'Set the mode of a capability',
    },
    { params: Type.Object({ capability: CapabilityName }), body: Type.Object({ mode: ModeName }), response: ModeView },
  ),
  pause: endpoint(
    { method: 'PUT', path: '/api/v1/pause', role: 'operator', tag, summary: 'Pause everything at once (kill switch)' },
    { body: Type.Object({ reason: Type.Optional(Type.String({ maxLength: 500 })) }), response: PauseView },
  ),
  unpause: endpoint(
    { method: 'DELETE', path: '/api/v1/pause', role: 'operator', tag, summary: 'Go on after a pause', status: 204 },
    {},
  ),
  getSettings: endpoint(
    {
      method: 'GET',
      path: '/api/v1/settings',
      role: 'operator',
      tag,
      summary: 'What is configured, from where, with what effect',
    },
    { response: Type.Object({ items: Type.Array(SettingView) }) },
  ),
  whoAmI: endpoint(
    { method: 'GET', path: '/api/v1/whoami', role: 'public', tag, summary: 'Who the caller is' },
    { response: Type.Union([WhoAmIView, NobodyView]) },
  ),
  logIn: endpoint(
    { method: 'POST', path: '/api/v1/session', role: 'public', tag, summary: 'Start a browser session with a token' },
    { body: Type.Object({ token: Type.String({ minLength: 1, maxLength: 200 }) }), response: WhoAmIView },
  ),
  logOut: endpoint(
    { method: 'DELETE', path: '/api/v1/session', role: 'public', tag, summary: 'End the browser session', status: 204 },
    {},
  ),
  listTokens: endpoint(
    { method: 'GET', path: '/api/v1/tokens', role: 'administrator', tag, summary: 'API tokens, without their secrets' },
    { response: Type.Object({ items: Type.Array(TokenView) }) },
  ),
  createToken: endpoint(
    {
      method: 'POST',
      path: '/api/v1/tokens',
      role: 'administrator',
      tag,
      summary: 'Make an API token; the secret is shown once',
      status: 201,
    },
    {
      body: Type.Object({
        name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$' }),
        role: OneOf(roles),
        projects: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 })),
        expiresIn: Type.Optional(DurationText),
      }),
      response: Type.Object({ token: Type.String(), details: TokenView, remarks: GrantRemarks }),
    },
  ),
  removeToken: endpoint(
    {
      method: 'DELETE',
      path: '/api/v1/tokens/:id',
      role: 'administrator',
      tag,
      summary: 'Revoke an API token',
      status: 204,
    },
    { params: IdParam },
  ),
  listAudit: endpoint(
    { method: 'GET', path: '/api/v1/audit', role: 'operator', tag, summary: 'Every change, by whom and from where' },
    {
      query: Type.Object({
        search: Type.Optional(
          Type.String({ maxLength: 200, description: 'Part of who, of what was done, or of what it was done to' }),
        ),
        ...PageQuery,
      }),
      response: PageOf(AuditView),
    },
  ),
}
