// A store for tests of the API alone: what was given to it, nothing durable, nothing fenced. Tests of what the store
// promises use the real one. What a test does not need is not there, and says so when it is called.
import {
  type Desktop,
  type Eviction,
  type EvictionDecision,
  GleanerError,
  isDecisionOpen,
  type Hold,
  type Interval,
  isLeaseOpen,
  noHostOffers,
  type JournalEntry,
  type Lease,
  overlaps,
  type Plan,
  type Problem,
  type Proposal,
  type Rule,
  type TenantHour,
  type TenantHourKey,
} from '@gleaner/model'
import type {
  AuditEntry,
  EnergyFilter,
  EnergyHour,
  EnergySum,
  EstimatePoint,
  FleetPoint,
  LedgerPoint,
  MeteredHost,
  Person,
  SeenCertificate,
  Store,
  StoredToken,
} from '@gleaner/ports'

export interface MemoryContent {
  readonly tokens: { token: StoredToken; readonly sha256: Uint8Array }[]
  readonly audit: AuditEntry[]
  people: Person[]
  problems: Problem[]
  journal: JournalEntry[]
  proposals: Proposal[]
  holds: Hold[]
  decisions: EvictionDecision[]
  evictions: Eviction[]
  leases: Lease[]
  desktops: Desktop[]
  plans: Plan[]
  revisions: Rule[]
  ledger: LedgerPoint[]
  /** Of whatever host, and of all together. */
  estimates: EstimatePoint[]
  fleet: FleetPoint[]
  /** Whatever is asked for; only of the projects that are. */
  energySums: EnergySum[]
  energyHours: EnergyHour[]
  metered: MeteredHost[]
  tenantHours: TenantHour[]
  /** While true every call is refused as unavailable. */
  down: boolean
}

export function memoryContent(): MemoryContent {
  return {
    tokens: [],
    audit: [],
    people: [],
    problems: [],
    journal: [],
    proposals: [],
    holds: [],
    decisions: [],
    evictions: [],
    leases: [],
    desktops: [],
    plans: [],
    revisions: [],
    ledger: [],
    estimates: [],
    fleet: [],
    energySums: [],
    energyHours: [],
    metered: [],
    tenantHours: [],
    down: false,
  }
}

const isSeen = ({ projectIds }: EnergyFilter, projectId: string | undefined) =>
  projectIds === undefined || (projectId !== undefined && projectIds.includes(projectId))

const pageOf = <T>(items: readonly T[], page: { readonly limit: number; readonly offset: number }) => ({
  items: items.slice(page.offset, page.offset + page.limit),
  total: items.length,
})

export function memoryStore(content: MemoryContent): Store {
  const parts = {
    tokens: {
      list: async () => content.tokens.map(({ token }) => token),
      create: async (token: Omit<StoredToken, 'id' | 'lastUsedAtMs'>, sha256: Uint8Array) => {
        if (content.tokens.some((other) => other.token.name === token.name))
          throw new GleanerError('conflict', { detail: `There is a token named "${token.name}" already.` })
        const stored = { ...token, id: `tok_${content.tokens.length + 1}`, lastUsedAtMs: undefined }
        content.tokens.push({ token: stored, sha256 })
        return stored
      },
      findByHash: async (sha256: Uint8Array) =>
        content.tokens.find((other) => Buffer.from(other.sha256).equals(sha256))?.token,
      touch: async (id: string, nowMs: number) => {
        const found = content.tokens.find(({ token }) => token.id === id)
        if (found !== undefined) found.token = { ...found.token, lastUsedAtMs: nowMs }
      },
      remove: async (id: string) => {
        const at = content.tokens.findIndex(({ token }) => token.id === id)
        content.tokens.splice(at, 1)
      },
    },
    people: {
      list: async () => content.people,
      find: async (issuer: string, subject: string) =>
        content.people.find((each) => each.issuer === issuer && each.subject === subject),
      seen: async (certificate: SeenCertificate, mostWaiting: number) => {
        const known = content.people.find(
          ({ issuer, subject }) => issuer === certificate.issuer && subject === certificate.subject,
        )
        if (known !== undefined) return { person: Object.assign(known, certificate), first: false }
        if (content.people.filter(({ decidedAtMs }) => decidedAtMs === undefined).length >= mostWaiting)
          return undefined
        const undecided = {
          active: false,
          role: 'viewer',
          projects: [],
          decidedAtMs: undefined,
          decidedBy: undefined,
        } as const
        const id = `usr_${content.people.length + 1}`
        const person: Person = { id, ...certificate, ...undecided, firstSeenMs: certificate.lastSeenMs }
        content.people.push(person)
        return { person, first: true }
      },
      decide: async (
        id: string,
        what: Pick<Person, 'active' | 'role' | 'projects'>,
        who: { readonly by: string; readonly nowMs: number },
      ) => {
        const at = content.people.findIndex((person) => person.id === id)
        const known = content.people[at]
        if (known === undefined) throw new GleanerError('not-found', { object: `The user ${id}` })
        const { active, role, projects } = what
        return (content.people[at] = { ...known, active, role, projects, decidedBy: who.by, decidedAtMs: who.nowMs })
      },
      remove: async (id: string) => void (content.people = content.people.filter((person) => person.id !== id)),
    },
    audit: {
      append: async (entry: AuditEntry) => void content.audit.push(entry),
      list: async (page: { limit: number; offset: number; search?: string }) =>
        pageOf(
          content.audit
            .toReversed()
            .filter(({ by, what, object }) => `${by}\n${what}\n${object}`.includes(page.search ?? '')),
          page,
        ),
    },
    problems: {
      list: async (filter: { includeClosed: boolean }) =>
        content.problems.filter(
          (problem) =>
            filter.includeClosed || (problem.clearedAtMs === undefined && problem.resolvedAtMs === undefined),
        ),
    },
    journal: {
      since: async (fromMs: number) => content.journal.filter((entry) => entry.intendedAtMs >= fromMs),
      find: async (id: string) => content.journal.find((entry) => entry.id === id),
      list: async (
        filter: { projectIds?: readonly string[]; instanceId?: string; onHostId?: string },
        page: { limit: number; offset: number },
      ) =>
        pageOf(
          content.journal.filter(
            (entry) =>
              (filter.projectIds?.includes(entry.projectId ?? '') ?? true) &&
              (filter.instanceId === undefined || filter.instanceId === entry.instanceId) &&
              (filter.onHostId === undefined || (filter.onHostId === entry.hostId && entry.instanceId === undefined)),
          ),
          page,
        ),
    },
    outbox: {
      recent: async () => ({ items: [], total: 0 }),
      waiting: async () => ({ count: 0, oldestAtMs: undefined }),
    },
    proposals: {
      observed: async () => content.proposals.filter(({ mode }) => mode === 'observe'),
      open: async () => content.proposals,
      recent: async (filter: { projectIds?: readonly string[] }, page: { limit: number; offset: number }) =>
        pageOf(
          content.proposals.filter((proposal) => filter.projectIds?.includes(proposal.projectId ?? '') ?? true),
          page,
        ),
    },
    evictions: {
      openDecisions: async () => content.decisions.filter(isDecisionOpen),
      decision: async (id: string) => content.decisions.find((decision) => decision.id === id),
      decisions: async (_filter: unknown, page: { limit: number; offset: number }) => pageOf(content.decisions, page),
      onTheirWayBack: async () => content.evictions.filter(({ state }) => state === 'waiting' || state === 'returning'),
      eviction: async (id: string) => content.evictions.find((eviction) => eviction.id === id),
      evictions: async (
        filter: { projectIds?: readonly string[]; instanceId?: string },
        page: { limit: number; offset: number },
      ) =>
        pageOf(
          content.evictions.filter(
            ({ projectId, instanceId }) =>
              (filter.projectIds?.includes(projectId) ?? true) &&
              (filter.instanceId === undefined || filter.instanceId === instanceId),
          ),
          page,
        ),
    },
    leases: {
      open: async () => content.leases.filter(isLeaseOpen),
      find: async (id: string) => content.leases.find((lease) => lease.id === id),
      within: async (projectId: string | undefined, span: Interval) =>
        content.leases.filter(
          (lease) => (projectId === undefined || lease.projectId === projectId) && overlaps(lease.span, span),
        ),
      list: async (filter: { projectIds?: readonly string[] }, page: { limit: number; offset: number }) =>
        pageOf(
          content.leases.filter(({ projectId }) => filter.projectIds?.includes(projectId) ?? true),
          page,
        ),
    },
    hostOffers: { all: async () => noHostOffers },
    desktops: {
      list: async () => content.desktops,
      find: async (id: string) => content.desktops.find((each) => each.id === id || each.hostName === id),
      phases: async () => [],
      revoke: async () => content.desktops[0],
      createJoinToken: async (grant: object) => ({ ...grant, id: 'jtk_1' }),
    },
    holds: {
      active: async (nowMs: number) => content.holds.filter((hold) => hold.untilMs > nowMs),
      since: async (fromMs: number) => content.holds.filter((hold) => hold.createdAtMs >= fromMs),
    },
    plans: {
      find: async (id: string) => content.plans.find((plan) => plan.id === id),
      latest: async (limit: number) => content.plans.slice(0, limit),
    },
    rules: { revisions: async () => content.revisions },
    ledger: {
      range: async (_cloud: string, fromMs: number, toMs: number) =>
        content.ledger.filter((point) => point.atMs >= fromMs && point.atMs < toMs),
    },
    energy: {
      sums: async (_by: string, filter: EnergyFilter) =>
        content.energySums.filter(({ projectId }) => isSeen(filter, projectId)),
      hours: async ({ fromMs, toMs }: EnergyFilter) =>
        content.energyHours.filter(({ atMs }) => atMs >= fromMs && atMs < toMs),
      metered: async () => content.metered,
      tenantHours: async (asked: readonly TenantHourKey[]) =>
        content.tenantHours.filter(({ instanceId, hostId, atMs }) =>
          asked.some((key) => key.instanceId === instanceId && key.hostId === hostId && key.atMs === atMs),
        ),
    },
    estimates: {
      range: async (_host: string, fromMs: number, toMs: number) =>
        content.estimates.filter((point) => point.atMs >= fromMs && point.atMs < toMs),
      fleet: async (_cloud: string | undefined, fromMs: number, toMs: number) =>
        content.fleet.filter((point) => point.atMs >= fromMs && point.atMs < toMs),
    },
    ping: async () => {},
  }
  return guarded(parts, content) as unknown as Store
}

/** Refuses while the store is down, and names what a test called without having it. */
function guarded(parts: object, content: MemoryContent, path = 'store'): object {
  return new Proxy(parts, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name)
      const at = `${path}.${String(name)}`
      if (found === undefined) throw new Error(`the memory store has no ${at}`)
      if (typeof found === 'object' && found !== null) return guarded(found, content, at)
      return (...given: unknown[]) =>
        content.down
          ? Promise.reject(new GleanerError('store-unavailable', { detail: 'switched off by the test' }))
          : (found as (...args: unknown[]) => unknown)(...given)
    },
  })
}
