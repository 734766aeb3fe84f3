// Draws instances: what the n-th one is depends on the seed, its number, its age and, for its name alone, on how many of
// that name there were before. Projects, owners, roles and sizes come from the tables of catalogue.ts.
import type { CloudId, Project, ProjectId } from '@gleaner/model'
import { GleanerError, instanceId, projectId } from '@gleaner/model'
import type { RoomSize } from '@gleaner/ports'
import type { ProjectKind, Role } from './catalogue.ts'
import { people, projectKinds } from './catalogue.ts'
import type { GuestSpec } from './guest.ts'
import { preemptibleTag, protectedTag } from './guest.ts'
import type { LoadProfile, Shape } from './load.ts'
import type { WorldSize } from './options.ts'
import { Draws, hash32 } from './random.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

export interface SimulatedProject extends Project {
  readonly weight: number
  readonly kind: ProjectKind
  readonly owners: readonly string[]
}

/** An instance somebody asks for by name and size, instead of leaving it to chance. */
export interface Order extends RoomSize {
  readonly name: string
  readonly projectId: ProjectId
  readonly flavor: string | undefined
  readonly tags: readonly string[]
}

export function makeProjects(size: WorldSize, cloud: CloudId): SimulatedProject[] {
  return Array.from({ length: size.projects }, (_, index) => {
    const kind = projectKinds[index % projectKinds.length] as ProjectKind
    const name = index < projectKinds.length ? kind.name : `${kind.name}-${Math.floor(index / projectKinds.length) + 1}`
    const owners = Array.from({ length: 4 }, (_, nth) => people[(index * 4 + nth) % people.length] as string)
    return { id: projectId(cloud, name), cloudId: cloud, name, weight: kind.weight, kind, owners }
  })
}

export class Furnisher {
  readonly #seed: number
  readonly #cloud: CloudId
  readonly #projects: readonly SimulatedProject[]
  /** How many instances of each name there were. */
  readonly counts = new Map<string, number>()

  constructor(size: WorldSize, cloud: CloudId, projects: readonly SimulatedProject[]) {
    this.#seed = hash32(size.seed, 0xf0a)
    this.#cloud = cloud
    this.#projects = projects
  }

  /** `name` is given only for an instance that already had one. */
  make(
    serial: number,
    createdAtMs: number,
    { name, order }: { readonly name?: string; readonly order?: Order } = {},
  ): GuestSpec {
    const draws = new Draws(this.#seed, serial)
    const drawn = draws.weighted(this.#projects)
    const project = order === undefined ? drawn : this.#projectOf(order)
    const role: Role = draws.weighted(project.kind.roles).role
    const owner = draws.pick(project.owners)
    const flavor = draws.pick(role.flavors)
    const preemptible = draws.unit() < (role.preemptible ?? 0)
    const isProtected = draws.unit() < (role.protected ?? 0.02)
    const environment = role.shape === 'steady' ? draws.pick(['prod', 'prod', 'test']) : draws.pick(['test', 'dev'])
    const report = draws.unit()
    const size = order ?? flavor
    return {
      serial,
      id: instanceId(this.#cloud, `i-${String(serial).padStart(6, '0')}`),
      cloudId: this.#cloud,
      name: order?.name ?? name ?? this.#name(role.name, owner),
      projectId: project.id,
      owner,
      flavor: order === undefined ? flavor.name : order.flavor,
      vcpus: size.vcpus,
      memoryMiB: size.memoryMiB,
      diskGiB: size.diskGiB,
      createdAtMs,
      tags: Object.freeze(
        order?.tags ?? [
          `owner:${owner}`,
          `env:${environment}`,
          ...(preemptible ? [preemptibleTag] : []),
          ...(isProtected ? [protectedTag] : []),
        ],
      ),
      load: makeLoad(role.shape, { vcpus: size.vcpus, createdAtMs, seed: hash32(this.#seed, serial, 0x10ad) }, draws),
      reports: report < 0.78 ? 'all' : report < 0.88 ? 'users' : 'nothing',
      order,
    }
  }

  #projectOf(order: Order): SimulatedProject {
    const project = this.#projects.find(({ id }) => id === order.projectId)
    if (project !== undefined) return project
    throw new GleanerError('cloud-not-found', { cloud: this.#cloud, object: order.projectId })
  }

  #name(pattern: string, owner: string): string {
    const name = pattern.replace('{owner}', owner)
    const count = (this.counts.get(name) ?? 0) + 1
    this.counts.set(name, count)
    return pattern === name || count > 1 ? `${name}-${count}` : name
  }
}

const levels: Readonly<Record<Shape, readonly [number, number]>> = {
  office: [0.15, 0.55],
  weekly: [0.4, 0.9],
  idle: [0, 0],
  bursty: [0.6, 1],
  decreasing: [0.5, 0.9],
  steady: [0.3, 0.75],
}

const periodsMs: Readonly<Record<Shape, readonly [number, number]>> = {
  office: [dayMs, dayMs],
  weekly: [7 * dayMs, 7 * dayMs],
  idle: [9 * dayMs, 45 * dayMs],
  bursty: [15 * minuteMs, 70 * minuteMs],
  decreasing: [2 * dayMs, 20 * dayMs],
  steady: [dayMs, dayMs],
}

function makeLoad(
  shape: Shape,
  guest: { readonly vcpus: number; readonly createdAtMs: number; readonly seed: number },
  draws: Draws,
): LoadProfile {
  const [low, high] = levels[shape]
  const [shortMs, longMs] = periodsMs[shape]
  // An idle guest is visited at any time of its period; the others keep about the same hours.
  const shiftMs = shape === 'idle' ? draws.between(0, longMs) : draws.between(-90, 90) * minuteMs
  return {
    shape,
    seed: guest.seed >> 1,
    levelPermille: Math.round(1000 * draws.between(low, high)),
    shiftS: Math.round(shiftMs / 1000),
    createdAtMinute: Math.floor(guest.createdAtMs / minuteMs),
    periodS: Math.round(draws.between(shortMs, longMs) / 1000),
    restMemoryPermille: Math.round(draws.between(120, 300)),
    vcpus: guest.vcpus,
  }
}
