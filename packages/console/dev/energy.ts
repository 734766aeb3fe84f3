// Energy of the fake cloud: each host draws along a line between rest and full load, and each instance has what it uses of it.
import type { EnergyGroup, EnergyItem, EnergyReport, MeterView, PowerView } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'
import { cpuAt } from './usage.ts'

const hourMs = 3_600_000
const idleW = 120
const wattsPerCore = 6
const gramsPerKWh = 60
const price = 0.21

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

interface Drawn {
  readonly kWh: number
  readonly idleKWh: number
}

function hostPowerW(state: FakeState, hostId: string, atMs: number): number {
  const shape = state.world.shapes.get(hostId)
  return idleW + (shape === undefined ? 0 : cpuAt(shape, atMs) * wattsPerCore)
}

const amounts = (kWh: number, idleKWh: number) => ({
  kWh,
  idleKWh,
  estimatedKWh: 0,
  co2Grams: kWh * gramsPerKWh,
  cost: kWh * price,
})

export function energyReport(state: FakeState, by: EnergyGroup, { fromMs, toMs }: Span): EnergyReport {
  const hours = (toMs - fromMs) / hourMs
  const middle = fromMs + (toMs - fromMs) / 2
  const sums = new Map<string, { name: string; project?: string; kWh: number; idleKWh: number }>()
  const add = (key: string, item: { name: string; project?: string }, { kWh, idleKWh }: Drawn) => {
    const sum = sums.get(key) ?? { ...item, kWh: 0, idleKWh: 0 }
    sums.set(key, { ...sum, kWh: sum.kWh + kWh, idleKWh: sum.idleKWh + idleKWh })
  }
  if (by === 'host')
    for (const host of state.world.hosts)
      add(
        host.id,
        { name: host.name },
        { kWh: (hostPowerW(state, host.id, middle) * hours) / 1000, idleKWh: (idleW * hours) / 1000 },
      )
  else
    for (const instance of state.world.instances.filter(({ state: is }) => is === 'running')) {
      const idleKWh = (instance.vcpus * 2 * hours) / 1000
      const kWh = idleKWh + ((instance.cpuCores ?? 0) * wattsPerCore * hours) / 1000
      const { project } = instance
      if (by === 'project') add(project, { name: project }, { kWh, idleKWh })
      else add(instance.id, { name: instance.name, project }, { kWh, idleKWh })
    }
  const items = [...sums].map(
    ([id, { kWh, idleKWh, ...named }]): EnergyItem => ({ id, ...named, ...amounts(kWh, idleKWh) }),
  )
  items.sort((a, b) => b.kWh - a.kWh)
  const all = (read: (item: EnergyItem) => number) => items.reduce((sum, item) => sum + read(item), 0)
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    by,
    currency: 'EUR',
    total: amounts(
      all(({ kWh }) => kWh),
      all(({ idleKWh }) => idleKWh),
    ),
    items,
  }
}

function fleetPowerW(state: FakeState, atMs: number): number {
  return state.world.hosts.reduce((sum, { id }) => sum + hostPowerW(state, id, atMs), 0)
}

export function energyHours(state: FakeState, { fromMs, toMs }: Span) {
  const items = []
  for (let atMs = Math.floor(fromMs / hourMs) * hourMs; atMs < toMs; atMs += hourMs)
    items.push({ at: new Date(atMs).toISOString(), kWh: fleetPowerW(state, atMs) / 1000, estimatedKWh: 0 })
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), items }
}

export function powerOf(state: FakeState, { fromMs, toMs }: Span, hostId: string | undefined): PowerView {
  const stepMs = 60_000
  const hosts = hostId === undefined ? state.world.hosts.length : 1
  const at = (atMs: number) => (hostId === undefined ? fleetPowerW(state, atMs) : hostPowerW(state, hostId, atMs))
  const items = []
  for (let atMs = Math.floor(fromMs / stepMs) * stepMs; atMs < toMs; atMs += stepMs)
    items.push({ at: new Date(atMs).toISOString(), powerW: at(atMs), hosts })
  return { at: state.iso(), stepS: stepMs / 1000, hosts, knownHosts: hosts, powerW: at(toMs), items }
}

export function metersOf(state: FakeState): MeterView[] {
  return [
    {
      id: 'strip',
      kind: 'simulated',
      covers: 'machine',
      state: 'reading',
      readAt: state.iso(),
      outlets: state.world.hosts.map(({ id, name }, nth) => ({
        outlet: name,
        hosts: [name],
        readAt: state.iso(),
        estimated: false,
        ...(nth === 1 ? { unknown: 'sentinel' as const } : { powerW: hostPowerW(state, id, state.nowMs()) }),
      })),
    },
  ]
}
