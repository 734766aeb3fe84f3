// Preemption of the fake server: a decision that is under way, one that is done, one refused; the evictions of the one that is
// done; and the survival on each host that has preemptible instances.
import type { DecisionView, EvictionView, InstanceView, PreemptionView } from '@gleaner/model'
import { GleanerError } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'

const isPreemptible = ({ firmness, state }: InstanceView) => firmness === 'preemptible' && state === 'running'

export function preemptionOf(state: FakeState): PreemptionView {
  const all = state.world.instances.filter(({ firmness }) => firmness === 'preemptible')
  const hosts = new Map<string, number>()
  for (const { host } of all.filter(isPreemptible)) if (host !== undefined) hosts.set(host, (hosts.get(host) ?? 0) + 1)
  return {
    mode: state.modes.get('preemption') ?? 'observe',
    clouds: [{ cloud: 'lab', action: 'stop' }],
    instances: all.length,
    running: all.filter(isPreemptible).length,
    underWay: state.decisions.filter(({ state: is }) => is === 'awaiting-approval' || is === 'reserved').length,
    waiting: evictionsOf(state).filter(({ state: is }) => is === 'waiting').length,
    lending: state.world.hosts.slice(0, 4).map(({ id, name, cores, memoryMiB }, nth) => ({
      host: name,
      hostId: id,
      cloud: 'lab',
      basis: nth === 3 ? ('stale' as const) : ('estimate' as const),
      cores: { lendable: cores / 4, unsold: cores / 16, lent: (cores / 16) * nth },
      memoryMiB: { lendable: memoryMiB / 4, unsold: 0, lent: (memoryMiB / 20) * nth },
    })),
    forecast: [...hosts].map(([host, instances], nth) => {
      const rate = 0.002 * (1 + (nth % 7))
      const after = (hours: number) => Math.exp(-rate * hours)
      return {
        host,
        cloud: 'lab',
        instances,
        evictions: nth % 7,
        hours: instances * 20,
        survival1h: after(1),
        survival6h: after(6),
        survival24h: after(24),
      }
    }),
  }
}

export function makeDecisions(state: Pick<FakeState, 'world' | 'iso'>): DecisionView[] {
  const victims = state.world.instances.filter(isPreemptible).slice(0, 3)
  const [first, second, third] = victims
  if (first === undefined || second === undefined || third === undefined) return []
  const victim = ({ id, name, project, host = '' }: InstanceView, more: Partial<DecisionView['victims'][number]>) => ({
    instanceId: id,
    instance: name,
    project,
    host,
    action: 'stop' as const,
    notice: 120,
    state: 'planned' as const,
    ...more,
  })
  const base: Omit<DecisionView, 'id' | 'state' | 'verdict' | 'victims'> = {
    kind: 'room',
    cloud: 'lab',
    mode: 'advise',
    by: 'front',
    createdAt: state.iso(-60_000),
    updatedAt: state.iso(-30_000),
    wish: { name: 'big-1', project: 'portal', count: 1, vcpus: 16, memoryMiB: 65_536, diskGiB: 160 },
    placements: [{ index: 0, host: first.host ?? '' }],
    objective: 'fewest-victims',
    cost: 1,
    attempt: 1,
    hosts: [
      { host: first.host ?? '', codes: ['chosen'] },
      { host: second.host ?? '', codes: ['dearer'] },
    ],
    reasons: [
      { code: 'dearer', hosts: 12 },
      { code: 'chosen', hosts: 1 },
    ],
    unblock: [],
    steps: [],
  }
  const at = (ms: number) => ({ createdAt: state.iso(ms), updatedAt: state.iso(ms) })
  return [
    {
      ...base,
      id: 'dec_3',
      state: 'awaiting-approval',
      verdict: {
        code: 'awaiting-approval',
        sentence: 'Waits for a person to approve that one instance leaves for big-1.',
        facts: { victims: 1 },
      },
      victims: [victim(first, {})],
    },
    {
      ...base,
      ...at(-3_600_000),
      id: 'dec_2',
      state: 'done',
      verdict: { code: 'room-opened', sentence: 'db-main was given its room.', facts: {} },
      victims: [
        victim(second, {
          state: 'left',
          toldAt: state.iso(-3_590_000),
          leftAt: state.iso(-3_400_000),
          outcome: 'the instance is stopped',
        }),
        victim(third, { state: 'stayed', outcome: 'it is locked' }),
      ],
      steps: [
        { at: state.iso(-3_595_000), what: `hold 16 vcpus and 65536 MiB on ${second.host ?? ''}`, outcome: 'held' },
        { at: state.iso(-3_590_000), what: `tell ${second.name} in the cloud`, outcome: 'done' },
      ],
    },
    {
      ...base,
      ...at(-7_200_000),
      id: 'dec_1',
      state: 'refused',
      verdict: {
        code: 'room-refused',
        sentence: 'There is no room for huge-1: it needs more than any host has.',
        facts: { vcpus: 512 },
      },
      placements: [],
      victims: [],
      hosts: [],
      unblock: ['A host with 512 vcpus would take it.'],
    },
  ]
}

export function evictionsOf(state: FakeState): EvictionView[] {
  return state.decisions.flatMap(({ id, kind, victims, verdict, wish }) =>
    victims
      .filter(({ state: is }) => is === 'left')
      .map(
        (victim): EvictionView => ({
          id: `evi_${id}`,
          decisionId: id,
          kind,
          instanceId: victim.instanceId,
          instance: victim.instance,
          project: victim.project,
          host: victim.host,
          action: victim.action,
          reason: {
            code: 'needed-for-firm',
            sentence: `${wish?.name ?? 'A request'} is firm and fits on no host as it is; this preemptible instance goes for it.`,
            facts: verdict.facts,
          },
          ...(victim.toldAt === undefined ? {} : { toldAt: victim.toldAt }),
          evictedAt: victim.leftAt ?? state.iso(),
          times: 2,
          priority: 0,
          state: 'waiting',
          verdict: { code: 'no-room-yet', sentence: `No host has room for ${victim.instance} again.`, facts: {} },
          notBefore: state.iso(),
        }),
      ),
  )
}

export function decisionById(state: FakeState, id: string): DecisionView {
  const decision = state.decisions.find((each) => each.id === id)
  if (decision === undefined) throw new GleanerError('not-found', { object: `The decision ${id}` })
  return decision
}

/** A test of one instance: it begins with the notice. */
export function testOf(state: FakeState, instance: InstanceView, by: string): DecisionView {
  const decision: DecisionView = {
    id: state.id('decision'),
    kind: 'test',
    cloud: 'lab',
    state: 'reserved',
    mode: 'enforce',
    by,
    createdAt: state.iso(),
    updatedAt: state.iso(),
    verdict: { code: 'in-grace', sentence: 'One instance is told to leave; the notice runs.', facts: {} },
    placements: [],
    victims: [
      {
        instanceId: instance.id,
        instance: instance.name,
        project: instance.project,
        host: instance.host ?? '',
        action: 'stop',
        notice: 120,
        state: 'told',
        toldAt: state.iso(),
      },
    ],
    objective: 'fewest-victims',
    cost: 1,
    attempt: 1,
    hosts: [],
    reasons: [],
    unblock: [],
    steps: [],
  }
  state.decisions.unshift(decision)
  state.tell('eviction')
  return decision
}
