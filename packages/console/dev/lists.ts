// Lists of the fake server: search, filter, sort, page; and the story of an instance.
import type { endpoints, EstimateView, HostView, InstanceView, QueryOf, WhyView } from '@gleaner/model'
import { GleanerError, isHostStep, parseDurationMs } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'

export function pageOf<T>(items: readonly T[], { limit = 100, offset = 0 }: { limit?: number; offset?: number }) {
  return { items: items.slice(offset, offset + limit), total: items.length }
}

export function hostById(state: FakeState, id: string): HostView {
  const host = state.world.hosts.find((h) => h.id === id || h.name === id)
  if (!host) throw new GleanerError('not-found', { object: `host ${id}` })
  return host
}

export function instanceById(state: FakeState, id: string): InstanceView {
  const instance = state.world.instances.find((i) => i.id === id || i.name === id)
  if (!instance) throw new GleanerError('not-found', { object: `instance ${id}` })
  return withNext(state, instance)
}

function withNext(state: FakeState, instance: InstanceView): InstanceView {
  const proposal = state.proposals.find(
    (p) => p.instanceId === instance.id && !['done', 'cancelled', 'failed', 'timed-out'].includes(p.state),
  )
  if (proposal === undefined || isHostStep(proposal.action)) delete instance.next
  else {
    instance.next = {
      proposalId: proposal.id,
      action: proposal.action,
      state: proposal.state,
      ...(proposal.dueAt === undefined ? {} : { dueAt: proposal.dueAt }),
      sentence: `${proposal.action} by rule ${proposal.cause}: ${proposal.verdict.sentence}`,
    }
  }
  return instance
}

const collator = new Intl.Collator('en', { numeric: true })

type Value = string | number | undefined
function sorted<T>(items: readonly T[], order: string | undefined, value: (item: T, key: string) => Value): T[] {
  const down = order?.startsWith('-') === true
  const key = (order ?? 'name').replace('-', '')
  return items.toSorted((a, b) => {
    const [x, y] = [value(a, key), value(b, key)]
    if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? 1 : -1
    const step = typeof x === 'string' ? collator.compare(x, String(y)) : x - Number(y)
    return down ? -step : step
  })
}

export function listHosts(state: FakeState, query: QueryOf<(typeof endpoints)['listHosts']>) {
  const search = (query.search ?? '').toLowerCase()
  const hits = state.world.hosts.filter(
    (host) =>
      host.name.includes(search) &&
      (query.state === undefined || query.state.split(',').includes(host.state)) &&
      (query.kind === undefined || host.kind === query.kind),
  )
  const value = (host: HostView, key: string): Value =>
    ({ cpu: host.cpuCores, memory: host.usedMemoryMiB, idle: host.ledger.cores.idle, instances: host.instances })[
      key
    ] ?? host.name
  return pageOf(sorted(hits, query.sort, value), query)
}

export function listEstimates(all: readonly EstimateView[], query: QueryOf<(typeof endpoints)['listEstimates']>) {
  const search = (query.search ?? '').toLowerCase()
  const hits = all.filter(
    ({ host, state }) => host.includes(search) && (query.state === undefined || state === query.state),
  )
  const value = ({ host, cores }: EstimateView, key: string): Value =>
    ({
      ratio: cores.ratio,
      free: cores.free,
      violations: cores.record.violationRate,
      confidence: cores.confidence,
    })[key] ?? host
  return pageOf(sorted(hits, query.sort, value), query)
}

export function listInstances(state: FakeState, query: QueryOf<(typeof endpoints)['listInstances']>) {
  const words = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const idleForS = (parseDurationMs(query.idleFor ?? '0s') ?? 0) / 1000
  const states = query.state?.split(',')
  const proposed = new Set(state.plan().proposals.map((p) => p.instanceId))
  const hits = state.world.instances.filter(
    (i) =>
      (states === undefined || states.includes(i.state)) &&
      (query.project === undefined || i.project === query.project) &&
      (query.host === undefined || i.host === query.host) &&
      (query.tag === undefined || i.tags.includes(query.tag)) &&
      (query.firmness === undefined || i.firmness === query.firmness) &&
      (idleForS === 0 || (i.idleForS ?? 0) >= idleForS) &&
      (query.proposed !== true || proposed.has(i.id)) &&
      words.every((word) =>
        `${i.name} ${i.id} ${i.project} ${i.host} ${i.flavor} ${i.tags.join(' ')}`.toLowerCase().includes(word),
      ),
  )
  const value = (i: InstanceView, key: string): Value => {
    if (key === 'cpu') return i.cpuCores
    if (key === 'memory') return i.memoryMiB
    if (key === 'idle') return i.idleForS
    if (key === 'state') return i.state
    if (key === 'project') return i.project
    return key === 'host' ? i.host : i.name
  }
  const page = pageOf(sorted(hits, query.sort, value), query)
  return { ...page, items: page.items.map((i) => withNext(state, i)) }
}

export function why(state: FakeState, instance: InstanceView): WhyView {
  const proposals = state.proposals.filter((p) => p.instanceId === instance.id)
  const open = proposals.find((p) => !['done', 'cancelled'].includes(p.state))
  const history = state.journal.filter((e) => e.instanceId === instance.id)
  const idle = (instance.idleForS ?? 0) > 86_400
  return {
    instance,
    summary: open
      ? `It is idle by rule night-suspend and will be ${open.action === 'stop' ? 'stopped' : 'suspended'} once the gate lets it pass. ${open.verdict.sentence}`
      : instance.cpuCores === undefined
        ? 'Nothing is decided about it: there is no usage sample, and no data is never idle.'
        : 'Nothing will happen to it: no rule matches.',
    rules: [
      {
        ruleId: 'rule_1',
        rule: 'night-suspend',
        action: 'suspend',
        verdict: idle
          ? {
              code: 'rule-matched',
              sentence: 'cpu was below 0.03 cores in 99.2 % of the samples of the past 24 h.',
              facts: { shareBelow: 0.992 },
            }
          : {
              code: 'rule-not-matched',
              sentence: 'cpu was below 0.03 cores in only 41 % of the samples of the past 24 h.',
              facts: { shareBelow: 0.41 },
            },
        clauses: [
          {
            text: 'shareBelow("cpu", 0.03, duration("24h")) >= 0.97',
            value: idle ? '0.992 >= 0.97' : '0.41 >= 0.97',
            outcome: idle ? 'true' : 'false',
            sentence: 'Share of the cpu samples of the past 24 h below 0.03 cores.',
          },
          { text: 'average("networkRx", duration("24h")) < 2600.0', value: '410 < 2600', outcome: 'true' },
        ],
      },
      {
        ruleId: 'rule_2',
        rule: 'idle-after-aws',
        action: 'stop',
        verdict: { code: 'rule-unknown', sentence: 'Only 3 of 14 days are known.', facts: { knownDays: 3 } },
        clauses: [
          {
            text: 'percentile("cpu", 1.0, duration("14d")) < 0.05 * instance.vcpus',
            value: 'unknown',
            outcome: 'unknown',
            sentence: 'The window reaches back 3 days.',
          },
        ],
      },
    ],
    gate: [
      {
        check: 'kill switch',
        passed: state.paused === undefined,
        verdict: { code: 'passed', sentence: 'Nothing is paused.', facts: {} },
      },
      {
        check: 'protection',
        passed: instance.protectedBy === undefined,
        verdict: instance.protectedBy
          ? { code: 'protected', sentence: `Protected by ${instance.protectedBy}.`, facts: {} }
          : { code: 'passed', sentence: 'Not protected.', facts: {} },
      },
      {
        check: 'freshness',
        passed: true,
        verdict: { code: 'passed', sentence: 'Read 9 s ago, complete.', facts: { ageS: 9 } },
      },
      ...(open ? [{ check: 'mode', passed: open.state !== 'observed', verdict: open.verdict }] : []),
    ],
    holds: state.holds.filter((hold) => hold.instanceId === instance.id),
    proposals,
    history,
    timeline: [
      { at: state.iso(-90_000_000), kind: 'usage', sentence: 'The cpu fell below the idle threshold.' },
      ...proposals.map((p) => ({
        at: p.createdAt,
        kind: 'proposal',
        sentence: `Rule ${p.cause} proposed to ${p.action} it.`,
      })),
      ...history.map((e) => ({ at: e.intendedAt, kind: 'action', sentence: `${e.cause}: ${e.action}, ${e.state}.` })),
    ].toSorted((a, b) => a.at.localeCompare(b.at)),
  }
}
