// The fake cloud: hosts and instances made from a seed, with the ledger that follows from them.
import type { HostView, InstanceView, LedgerLineView } from '@gleaner/model'
import { hashOf, seeded } from './random.ts'
import { cpuAt, type UsageShape, valueAt } from './usage.ts'

export interface WorldSize {
  readonly hosts: number
  readonly instances: number
}

export interface World {
  readonly hosts: HostView[]
  readonly instances: InstanceView[]
  readonly shapes: Map<string, UsageShape>
}

const projects = ['genomics', 'webshop', 'physics-lab', 'ci-runners', 'teaching', 'data-science', 'archive', 'portal']
const roles = ['web', 'db', 'worker', 'build', 'notebook', 'batch', 'cache', 'desk', 'api', 'test']
const flavors = [
  { name: 'tiny', vcpus: 1, memoryMiB: 1024, diskGiB: 10 },
  { name: 'small', vcpus: 2, memoryMiB: 4096, diskGiB: 20 },
  { name: 'medium', vcpus: 4, memoryMiB: 8192, diskGiB: 40 },
  { name: 'large', vcpus: 8, memoryMiB: 16_384, diskGiB: 80 },
  { name: 'memory', vcpus: 4, memoryMiB: 32_768, diskGiB: 80 },
] as const

const iso = (ms: number) => new Date(ms).toISOString()

export function makeWorld(size: WorldSize, nowMs: number): World {
  const random = seeded(20_260)
  const shapes = new Map<string, UsageShape>()
  const bare = Array.from({ length: size.hosts }, (_, i) => ({
    id: `lab:node-${String(i + 1).padStart(size.hosts > 99 ? 4 : 2, '0')}`,
    desktop: i >= size.hosts - Math.max(1, Math.floor(size.hosts / 8)),
    cores: [32, 48, 64][Math.floor(random() * 3)] ?? 32,
    state: random() < 0.04 ? ('maintenance' as const) : random() < 0.02 ? ('down' as const) : ('up' as const),
  }))
  const instances = Array.from({ length: size.instances }, (_, i): InstanceView => {
    const flavor = flavors[Math.floor(random() ** 1.6 * flavors.length)] ?? flavors[0]
    const load = (['idle', 'daily', 'daily', 'steady', 'bursty', 'idle'] as const)[Math.floor(random() * 6)] ?? 'idle'
    const id = `lab:${(hashOf(`i${i}`) * 1000 + i).toString(16).padStart(12, '0')}`
    const shape: UsageShape = { id, cores: flavor.vcpus, memoryMiB: flavor.memoryMiB, load }
    shapes.set(id, shape)
    const dice = random()
    const state =
      dice < 0.86 ? 'running' : dice < 0.92 ? 'suspended' : dice < 0.97 ? 'stopped' : dice < 0.98 ? 'error' : 'paused'
    const running = state === 'running'
    const measured = running && random() > 0.04
    const host = bare[Math.floor(random() * bare.length)]
    const kind = roles[Math.floor(random() * roles.length)] ?? 'vm'
    return {
      id,
      name: `${kind}-${i + 1}`,
      cloud: 'lab',
      project: projects[Math.floor(random() * projects.length)] ?? 'portal',
      ...(host ? { host: host.id.slice(4) } : {}),
      flavor: flavor.name,
      state,
      since: iso(nowMs - random() * 20 * 86_400_000),
      vcpus: flavor.vcpus,
      memoryMiB: flavor.memoryMiB,
      diskGiB: flavor.diskGiB,
      createdAt: iso(nowMs - random() * 300 * 86_400_000),
      firmness: random() < 0.12 ? 'preemptible' : 'firm',
      tags: random() < 0.2 ? ['team-a'] : random() < 0.1 ? ['gleaner-protected', 'prod'] : [],
      ...(random() < 0.05 ? { protectedBy: 'tag gleaner-protected' } : {}),
      ...(measured ? measuredValues(shape, nowMs, random) : {}),
    }
  })
  const byHost = new Map<string, InstanceView[]>()
  for (const instance of instances) {
    const list = byHost.get(instance.host ?? '') ?? []
    list.push(instance)
    byHost.set(instance.host ?? '', list)
  }
  const hosts = bare.map((host): HostView => {
    const mine = byHost.get(host.id.slice(4)) ?? []
    const running = mine.filter((instance) => instance.state === 'running')
    const memoryMiB = host.cores * 4096
    const used = running.reduce((sum, instance) => sum + (instance.cpuCores ?? 0), 0)
    const usedMemory = running.reduce((sum, instance) => sum + (instance.usedMemoryMiB ?? 0), 0)
    const held = mine.filter((instance) => instance.state !== 'stopped')
    shapes.set(host.id, { id: host.id, cores: host.cores * 0.6, memoryMiB: memoryMiB * 0.7, load: 'daily' })
    const up = host.state === 'up' || host.state === 'maintenance'
    return {
      id: host.id,
      name: host.id.slice(4),
      cloud: 'lab',
      kind: host.desktop ? 'desktop' : 'hypervisor',
      state: host.state,
      cores: host.cores,
      memoryMiB,
      instances: mine.length,
      runningInstances: running.length,
      ...(up ? { cpuCores: used, usedMemoryMiB: usedMemory } : {}),
      measured: up,
      ledger: {
        cores: line({ physical: host.cores, reserved: 2, used: up ? used : undefined, ratio: 4 }, held, 'vcpus'),
        memoryMiB: line(
          { physical: memoryMiB, reserved: 4096, used: up ? usedMemory : undefined, ratio: 1 },
          held,
          'memoryMiB',
        ),
      },
      proposals: 0,
      idlePowerW: 90 + host.cores,
      fullPowerW: 180 + host.cores * 5,
    }
  })
  return { hosts, instances, shapes }
}

function measuredValues(shape: UsageShape, nowMs: number, random: () => number): Partial<InstanceView> {
  return {
    cpuCores: cpuAt(shape, nowMs),
    usedMemoryMiB: valueAt(shape, 'memory', nowMs),
    networkRxBytesPerS: valueAt(shape, 'networkRx', nowMs),
    networkTxBytesPerS: valueAt(shape, 'networkTx', nowMs),
    diskBytesPerS: valueAt(shape, 'disk', nowMs),
    users: valueAt(shape, 'users', nowMs),
    sampledAt: iso(nowMs - random() * 60_000),
    ...(shape.load === 'idle' ? { idleForS: Math.round(3600 + random() * 400_000) } : {}),
    ...(random() < 0.5 ? { guestIdleS: Math.round(random() * 90_000) } : {}),
  }
}

type Base = { physical: number; reserved: number; used: number | undefined; ratio: number }

function line(base: Base, held: readonly InstanceView[], field: 'vcpus' | 'memoryMiB'): LedgerLineView {
  const { physical, reserved, used, ratio } = base
  const usable = physical - reserved
  const booked = held.reduce((sum, instance) => sum + instance[field], 0)
  const firm = held.filter((instance) => instance.firmness === 'firm').reduce((sum, i) => sum + i[field], 0)
  const firmPeak = used === undefined ? firm : Math.min(firm, used * 1.35 + 1)
  const lent = (booked - firm) * 0.6
  const headroom = usable * 0.1
  const rest = usable - firmPeak - lent - headroom
  return {
    physical,
    reserved,
    usable,
    booked,
    ...(used === undefined ? {} : { used }),
    firmPeak,
    measuredPeak: firmPeak,
    leased: 0,
    lent,
    headroom,
    idle: Math.max(0, rest),
    overdrawn: Math.max(0, -rest),
    physicallyFree: Math.max(0, usable - (used ?? firmPeak)),
    sellable: Math.max(0, usable * ratio - booked),
  }
}

export function addLines(lines: readonly LedgerLineView[]): LedgerLineView {
  const keys = [
    'physical',
    'reserved',
    'usable',
    'booked',
    'used',
    'firmPeak',
    'leased',
    'lent',
    'headroom',
    'idle',
    'overdrawn',
    'physicallyFree',
    'sellable',
  ] as const
  const sum = Object.fromEntries(keys.map((key) => [key, lines.reduce((total, l) => total + (l[key] ?? 0), 0)]))
  return sum as unknown as LedgerLineView
}
