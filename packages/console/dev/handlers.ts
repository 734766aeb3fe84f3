// The answer of the fake server to each endpoint. The type makes it follow the endpoint table: an endpoint that is added
// or changed there fails the type check here.
import type {
  BodyOf,
  endpoints,
  EndpointName,
  HostView,
  InstanceView,
  ParamsOf,
  QueryOf,
  ResponseOf,
  WhoAmIView,
} from '@gleaner/model'
import { GleanerError, type metrics, parseDurationMs } from '@gleaner/model'
import { listOfDesktops, oneDesktop } from './desktops.ts'
import { energyHours, energyReport, metersOf, powerOf } from './energy.ts'
import { allEstimates, estimateOf, fleetOf, fleetPast, pastOf } from './estimates.ts'
import type { FakeState } from './fake-state.ts'
import { calendarOf, leaseById, makeLease, planOf, quotaOf } from './leases.ts'
import { decisionById, evictionsOf, preemptionOf, testOf } from './preemption.ts'
import { faultsOf, language, previewOf, readyMade, ruleView } from './rule-book.ts'
import { cpuAt, seriesOf } from './usage.ts'
import { addLines } from './world.ts'
import { fakeChannels } from './channels.ts'
import { instanceById, listEstimates, listHosts, listInstances, pageOf, why } from './lists.ts'
import { savingsOf } from './savings.ts'
import { statusOf } from './status.ts'

type Endpoints = typeof endpoints

interface FakeRequest<N extends EndpointName> {
  readonly params: ParamsOf<Endpoints[N]>
  readonly query: QueryOf<Endpoints[N]>
  readonly body: BodyOf<Endpoints[N]>
  readonly who: WhoAmIView | undefined
}

export type Handlers = { [N in EndpointName]: (request: FakeRequest<N>) => ResponseOf<Endpoints[N]> }

export const fakeToken = 'glean-me'
export const ada: WhoAmIView = { name: 'ada', role: 'administrator', projects: [], by: 'token' }

export function handlersOf(state: FakeState): Handlers {
  const { world } = state
  const hostOf = (id: string): HostView => {
    const host = world.hosts.find((h) => h.id === id || h.name === id)
    if (!host) throw new GleanerError('not-found', { object: `host ${id}` })
    return host
  }
  const instanceOf = (id: string): InstanceView => instanceById(state, id)
  const ruleOf = (id: string) => {
    const rule = state.rules.get(id)
    if (!rule) throw new GleanerError('not-found', { object: `rule ${id}` })
    return rule
  }
  const projectOf = (id: string) => {
    const project = state.projects.find((each) => each.id === id || each.name === id)
    if (!project) throw new GleanerError('not-found', { object: `The project ${id}` })
    return project
  }
  const span = (query: { for?: string; points?: number }) => {
    const toMs = state.nowMs()
    return { fromMs: toMs - (parseDurationMs(query.for ?? '1d') ?? 86_400_000), toMs, points: query.points ?? 300 }
  }
  const series = (id: string, query: { metric?: (typeof metrics)[number]; for?: string; points?: number }) => {
    const shape = world.shapes.get(id)
    if (!shape) throw new GleanerError('not-found', { object: id })
    return seriesOf(shape, query.metric ?? 'cpu', span(query))
  }

  // The page asks nothing of these.
  const noRoom = (): never => {
    throw new GleanerError('not-found', { object: 'room on the fake server' })
  }
  const noSeries = (): never => {
    throw new GleanerError('not-found', { object: 'a series on the fake server' })
  }
  return {
    place: noRoom,
    getRoom: noRoom,
    takeRoom: noRoom,
    listLeases: ({ query }) => pageOf(state.leases, query),
    getLease: ({ params }) => leaseById(state, params.id),
    planLease: ({ body }) => planOf(state, body),
    createLease: ({ body }) => makeLease(state, body),
    planLeaseSeries: noSeries,
    createLeaseSeries: noSeries,
    endLeaseSeries: noSeries,
    confirmLease: ({ params }) => leaseById(state, params.id),
    renewLease: ({ params }) => leaseById(state, params.id),
    updateLease: ({ params, body }) => {
      const lease = leaseById(state, params.id)
      if (body.end !== undefined) lease.end = body.end
      state.tell('lease')
      return lease
    },
    swapLeaseHost: ({ params }) => leaseById(state, params.id),
    endLease: ({ params }) => {
      const lease = leaseById(state, params.id)
      lease.state = lease.state === 'active' ? 'ended' : 'cancelled'
      state.tell('lease')
      return lease
    },
    getLeaseQuota: ({ query }) => quotaOf(state, query.project),
    getLeaseCalendar: ({ query }) => calendarOf(state, query),
    getStatus: () => statusOf(state),
    getSavings: ({ query }) => savingsOf(state, query.by ?? 'rule'),
    getReport: () => {
      const none = { actions: 0, coreHours: 0, memoryGiBHours: 0, kWh: null, kWhUnknownOf: 0 }
      const span = { at: state.iso(), from: state.iso(-86_400_000), to: state.iso() }
      const words = { subject: 'Report of Gleaner', text: 'Nothing was done in this time.' }
      const lines = { projects: null, done: none, would: none, rules: [], byProject: [], links: [] }
      return { version: 1 as const, id: 'rpt_1', kind: 'report' as const, ...span, ...words, ...lines }
    },
    getLedgerHistory: ({ query }) => {
      const { fromMs, toMs, points } = span(query)
      const cores = addLines(world.hosts.map((host) => host.ledger.cores))
      const memoryMiB = addLines(world.hosts.map((host) => host.ledger.memoryMiB))
      return {
        items: Array.from({ length: points }, (_, i) => {
          const atMs = fromMs + ((toMs - fromMs) * i) / points
          const wave = 0.75 + 0.25 * Math.sin((atMs / 86_400_000) * 2 * Math.PI)
          const scaled = (line: typeof cores) => ({
            ...line,
            used: (line.used ?? 0) * wave,
            firmPeak: line.firmPeak * (0.9 + 0.1 * wave),
            idle: line.usable - line.firmPeak * (0.9 + 0.1 * wave) - line.lent - line.headroom,
          })
          return {
            at: new Date(atMs).toISOString(),
            hosts: world.hosts.length,
            measuredHosts: world.hosts.length - 1,
            cores: scaled(cores),
            memoryMiB: scaled(memoryMiB),
          }
        }),
      }
    },
    setMode: ({ params, body }) => {
      state.modes.set(params.capability, body.mode)
      state.tell('settings')
      state.tell('status')
      return { capability: params.capability, mode: body.mode, source: 'api', available: true }
    },
    pause: ({ body, who }) => {
      state.paused = { by: who?.name ?? 'somebody', since: state.iso(), reason: body.reason ?? '' }
      state.tell('status')
      return state.paused
    },
    unpause: () => {
      state.paused = undefined
      state.tell('status')
      return {}
    },
    getSettings: () => ({
      items: [
        { name: 'listen', value: '127.0.0.1:7878', source: 'default', effect: 'Address of the API and of this page.' },
        {
          name: 'clouds.lab.driver',
          value: 'libvirt',
          source: 'file',
          where: 'gleaner.yaml:4',
          effect: 'How lab is read and acted upon.',
        },
        {
          name: 'confirmations',
          value: 2,
          source: 'default',
          effect: 'Matches in a row, each on new data, before a proposal counts.',
        },
        {
          name: 'budgets.actionsPerMinute',
          value: 10,
          source: 'file',
          where: 'gleaner.yaml:19',
          effect: 'No more actions than this in a minute.',
        },
        {
          name: 'stateDirectory',
          value: '/var/lib/gleaner',
          source: 'environment',
          where: 'GLEANER_STATE_DIR',
          effect: 'Where PostgreSQL keeps its data.',
        },
        {
          name: 'protectedTags',
          value: ['gleaner-protected'],
          source: 'default',
          effect: 'Instances with one of these tags are never acted upon.',
        },
      ],
    }),
    whoAmI: ({ who }) => who ?? { name: null },
    logIn: ({ body }) => {
      if (body.token !== fakeToken) throw new GleanerError('unauthenticated')
      return { ...ada, by: 'session' }
    },
    logOut: () => ({}),
    becomeFirstAdministrator: () => {
      throw new GleanerError('link-not-good', { detail: 'there is an administrator already' })
    },
    listChannels: () => ({ items: fakeChannels(state.iso(-600_000)) }),
    testChannel: ({ params }) =>
      params.id === 'mail:shop'
        ? { outcome: 'failed' as const, fault: 'ECONNREFUSED' }
        : { outcome: 'delivered' as const },
    listProjects: () => ({ items: state.projects }),
    optOutProject: ({ params, body, who }) => {
      const project = projectOf(params.id)
      const until = body.until ?? (body.for === undefined ? undefined : state.iso(parseDurationMs(body.for) ?? 0))
      const by = who?.name ?? 'ada'
      project.optOut = { since: state.iso(), reason: body.reason, by, ...(until === undefined ? {} : { until }) }
      state.tell('settings')
      return project
    },
    optInProject: ({ params }) => {
      delete projectOf(params.id).optOut
      state.tell('settings')
      return {}
    },
    limitProject: ({ params, body: { grace, strongest, mode } }) => {
      const project = projectOf(params.id)
      if (grace === null) delete project.grace
      else if (grace !== undefined) project.grace = grace
      if (strongest === null) delete project.strongest
      else if (strongest !== undefined) project.strongest = strongest
      if (mode === null) delete project.mode
      else if (mode !== undefined) project.mode = mode
      state.tell('settings')
      return project
    },
    listUsers: () => ({ items: state.users }),
    changeUser: ({ params, body }) => {
      const user = state.users.find(({ id }) => id === params.id)
      if (!user) throw new GleanerError('not-found', { object: `The user ${params.id}` })
      const { active, role = user.role, projects = user.projects } = body
      return Object.assign(user, { state: active ? 'active' : 'ended', role, projects, decidedBy: 'ada' })
    },
    removeUser: ({ params }) => {
      state.users = state.users.filter(({ id }) => id !== params.id)
      return {}
    },
    listTokens: () => ({ items: state.tokens }),
    createToken: ({ body }) => {
      const details = {
        id: state.id('token'),
        name: body.name,
        role: body.role,
        projects: body.projects ?? [],
        createdAt: state.iso(),
        createdBy: 'ada',
      }
      state.tokens.push(details)
      return { token: `glean_${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`, details }
    },
    removeToken: ({ params }) => {
      const at = state.tokens.findIndex((token) => token.id === params.id)
      if (at >= 0) state.tokens.splice(at, 1)
      return {}
    },
    listAudit: ({ query }) =>
      pageOf(
        [
          {
            at: state.iso(-500_000),
            by: 'ada',
            from: '10.0.0.7',
            what: 'set mode',
            object: 'idleness',
            before: 'observe',
            after: 'advise',
          },
        ],
        query,
      ),
    listHosts: ({ query }) => listHosts(state, query),
    getHost: ({ params }) => hostOf(params.id),
    whyHost: ({ params }) => ({
      host: hostOf(params.id),
      summary: `Nothing is wanted of ${hostOf(params.id).name} as a whole.`,
      gate: [],
      holds: [],
      proposals: state.proposals.filter((p) => p.target.id === hostOf(params.id).id),
      history: [],
      timeline: [],
    }),
    listEstimates: ({ query }) => listEstimates(allEstimates(state), query),
    getFleetEstimates: ({ query }) => {
      const { fromMs, toMs } = span(query)
      return { now: fleetOf(state), items: fleetPast(state, toMs - fromMs) }
    },
    getEnergy: ({ query }) => energyReport(state, query.by ?? 'project', span(query)),
    getEnergyHours: ({ query }) => energyHours(state, span(query)),
    getPower: ({ query }) => powerOf(state, span(query), query.host === undefined ? undefined : hostOf(query.host).id),
    listMeters: () => ({ items: metersOf(state) }),
    listDesktops: () => listOfDesktops(state),
    getDesktop: ({ params }) => oneDesktop(state, params.id),
    createJoinToken: noRoom,
    revokeDesktop: noRoom,
    getSwitchedHosts: () => ({
      mode: state.modes.get('energy') ?? 'observe',
      now: state.iso(),
      hosts: [],
      asleep: 0,
      savedW: 0,
    }),
    getRanking: () => ({ items: [] }),
    wishPower: ({ params }) => {
      throw new GleanerError('not-found', { object: `A switch of ${params.id}` })
    },
    getHostEstimates: ({ params, query }) => {
      const host = hostOf(params.id)
      const now = estimateOf(state, host)
      const { fromMs, toMs } = span(query)
      return now === undefined ? { items: [] } : { now, items: pastOf(state, host, toMs - fromMs) }
    },
    getHostTelemetry: ({ params, query }) => series(hostOf(params.id).id, query),
    listInstances: ({ query }) => listInstances(state, query),
    getInstance: ({ params }) => instanceOf(params.id),
    whyInstance: ({ params }) => why(state, instanceOf(params.id)),
    getInstanceTelemetry: ({ params, query }) => series(instanceOf(params.id).id, query),
    getSparklines: ({ body }) => {
      const { fromMs, toMs } = span(body)
      const points = body.points ?? 30
      return {
        series: Object.fromEntries(
          body.ids.map((id) => {
            const shape = world.shapes.get(id)
            const at = (i: number) => fromMs + ((toMs - fromMs) * (i + 0.5)) / points
            return [
              id,
              Array.from({ length: points }, (_, i) =>
                shape && instanceOf(id).cpuCores !== undefined ? cpuAt(shape, at(i)) : null,
              ),
            ]
          }),
        ),
      }
    },
    actOnInstance: ({ params, body, who }) => {
      const instance = instanceOf(params.id)
      const target = {
        resume: 'running',
        start: 'running',
        suspend: 'suspended',
        stop: 'stopped',
        pause: 'paused',
        shelve: 'shelved',
      } as const
      const before = instance.state
      if (body.action in target) instance.state = target[body.action]
      instance.since = state.iso()
      const entry = {
        id: state.id('action'),
        capability: 'idleness' as const,
        action: body.action,
        cloud: instance.cloud,
        target: { kind: 'instance' as const, id: instance.id, name: instance.name },
        instanceId: instance.id,
        instance: instance.name,
        project: instance.project,
        cause: who?.name ?? 'ada',
        reason: { code: 'commanded' as const, sentence: `${who?.name ?? 'ada'} asked for it.`, facts: {} },
        state: 'done' as const,
        stateBefore: before,
        intendedAt: state.iso(),
        finishedAt: state.iso(),
        attempts: 1,
        gives: { physicalCores: 0, physicalMemoryMiB: 0, sellableCores: 0, sellableMemoryMiB: 0 },
      }
      state.journal.unshift(entry)
      state.tell('journal', entry)
      return entry
    },
    keepInstance: ({ params, body, who }) => {
      const instance = instanceOf(params.id)
      const until = state.iso(parseDurationMs(body.for) ?? 0)
      instance.heldUntil = until
      const hold = {
        id: state.id('hold'),
        kind: 'keep' as const,
        until,
        by: who?.name ?? 'ada',
        reason: body.reason ?? '',
        createdAt: state.iso(),
      }
      state.holds.push({ ...hold, instanceId: instance.id })
      state.tell('inventory')
      return hold
    },
    releaseHold: ({ params }) => {
      const at = state.holds.findIndex((hold) => hold.id === params.id)
      const [hold] = at < 0 ? [] : state.holds.splice(at, 1)
      if (hold) delete instanceOf(hold.instanceId).heldUntil
      state.tell('inventory')
      return {}
    },
    getPlan: () => state.plan(),
    listPlans: () => ({ items: [{ id: 'plan_2', createdAt: state.iso(-4000), proposals: state.proposals.length }] }),
    diffPlan: () => ({
      from: 'plan_1',
      to: 'plan_2',
      added: state.proposals.slice(0, 2),
      removed: state.proposals.slice(5, 6),
      changed: state.proposals
        .slice(2, 3)
        .map((after) => ({ before: { ...after, state: 'confirming' as const }, after })),
    }),
    listProposals: ({ query }) =>
      pageOf(
        state.proposals.filter((p) => query.state === undefined || p.state === query.state),
        query,
      ),
    approveProposals: ({ body, who }) => {
      const approved = state.proposals.filter((p) => body.ids.includes(p.id) && p.state === 'awaiting-approval')
      for (const proposal of approved) {
        proposal.state = 'notified'
        proposal.approvedBy = who?.name ?? 'ada'
        proposal.noticeAt = state.iso()
        proposal.dueAt = state.iso(4000 * state.options.speed)
        proposal.verdict = { code: 'in-grace', sentence: 'The owner was told; the grace period is running.', facts: {} }
      }
      const refused = body.ids
        .filter((id) => !approved.some((p) => p.id === id))
        .map((id) => ({ id, detail: 'It does not wait for an approval.' }))
      state.tell('plan')
      return { approved, refused }
    },
    vetoProposals: ({ body }) => {
      let vetoed = 0
      for (const proposal of state.proposals) {
        if (!body.ids.includes(proposal.id)) continue
        proposal.state = 'cancelled'
        proposal.verdict = { code: 'vetoed', sentence: 'A person refused this proposal.', facts: {} }
        vetoed++
      }
      state.tell('plan')
      return { vetoed, refused: [] }
    },
    getPreemption: () => preemptionOf(state),
    listDecisions: ({ query }) =>
      pageOf(
        state.decisions.filter(({ kind }) => query.kind === undefined || kind === query.kind),
        query,
      ),
    getDecision: ({ params }) => decisionById(state, params.id),
    approveDecision: ({ params }) => {
      const decision = decisionById(state, params.id)
      decision.state = 'reserved'
      decision.verdict = { code: 'in-grace', sentence: 'One instance is told to leave; the notice runs.', facts: {} }
      for (const victim of decision.victims) Object.assign(victim, { state: 'told', toldAt: state.iso() })
      state.tell('eviction')
      return decision
    },
    cancelDecision: ({ params, body }) => {
      const decision = decisionById(state, params.id)
      decision.state = 'cancelled'
      decision.verdict = { code: 'request-withdrawn', sentence: body.reason ?? 'It was called off.', facts: {} }
      state.tell('eviction')
      return decision
    },
    listEvictions: ({ query }) =>
      pageOf(
        evictionsOf(state).filter(({ state: is }) => query.waiting !== true || is === 'waiting'),
        query,
      ),
    getEviction: ({ params }) => {
      const found = evictionsOf(state).find(({ id }) => id === params.id)
      if (found === undefined) throw new GleanerError('not-found', { object: `The eviction ${params.id}` })
      return found
    },
    testEviction: ({ params, who }) => testOf(state, instanceOf(params.id), who?.name ?? 'ada'),
    setFirmness: ({ params, body }) => {
      instanceOf(params.id).firmness = body.firmness
      state.tell('inventory')
      return {}
    },
    setOptOut: ({ params, body }) => {
      const instance = instanceOf(params.id)
      const rest = instance.tags.filter((tag) => tag !== 'gleaner-no-eviction')
      instance.tags = body.optOut ? [...rest, 'gleaner-no-eviction'] : rest
      state.tell('inventory')
      return {}
    },
    listRules: () => ({ items: [...state.rules.values()] }),
    getRule: ({ params }) => ruleOf(params.id),
    createRule: ({ body }) => {
      const faults = faultsOf(body)
      if (faults[0]) throw new GleanerError('rule-invalid', { rule: body.name, detail: faults[0].message })
      const rule = ruleView(state.id('rule'), body, { nowMs: state.nowMs() })
      state.rules.set(rule.id, rule)
      state.tell('rules')
      return rule
    },
    updateRule: ({ params, body }) => {
      const rule = ruleOf(params.id)
      if (rule.source === 'file')
        throw new GleanerError('read-only', { object: `rule ${rule.definition.name}`, file: 'gleaner.yaml' })
      const changed = { ...rule, definition: body.definition, revision: rule.revision + 1, updatedAt: state.iso() }
      state.rules.set(rule.id, changed)
      state.tell('rules')
      return changed
    },
    removeRule: ({ params }) => {
      state.rules.delete(params.id)
      state.tell('rules')
      return {}
    },
    listRuleRevisions: ({ params }) => {
      const rule = ruleOf(params.id)
      return {
        items: Array.from({ length: rule.revision }, (_, i) => ({
          revision: rule.revision - i,
          at: state.iso(-86_400_000 * (i + 1)),
          by: i % 2 ? 'grace' : 'ada',
          definition:
            i === 0 ? rule.definition : { ...rule.definition, grace: `${30 + i * 10}m`, mode: 'observe' as const },
        })),
      }
    },
    previewRule: ({ body }) => previewOf(body.definition, world.instances, body.limit ?? 20),
    listReadyMadeRules: () => ({ items: readyMade }),
    getRuleLanguage: () => language,
    listHistory: ({ query }) => {
      const words = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean)
      const hits = state.journal.filter(
        (entry) =>
          (query.state === undefined || entry.state === query.state) &&
          (query.cause === undefined || entry.cause === query.cause) &&
          (query.instance === undefined || entry.instanceId === query.instance || entry.instance === query.instance) &&
          words.every((word) => `${entry.instance} ${entry.project} ${entry.cause} ${entry.host ?? ''}`.includes(word)),
      )
      return pageOf(hits, query)
    },
    getHistoryEntry: ({ params }) => {
      const entry = state.journal.find((e) => e.id === params.id)
      if (!entry) throw new GleanerError('not-found', { object: `action ${params.id}` })
      return entry
    },
    listProblems: ({ query }) => ({ items: state.problems.filter((p) => query.all === true || p.state === 'open') }),
    clearProblem: ({ params }) => {
      const problem = state.problems.find((p) => p.id === params.id)
      if (!problem) throw new GleanerError('not-found', { object: `problem ${params.id}` })
      problem.state = 'cleared'
      problem.clearedBy = 'ada'
      state.tell('problem', problem)
      state.tell('status')
      return problem
    },
  }
}
