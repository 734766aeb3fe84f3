// The names, sizes and habits the simulated datacentre is furnished with. Plain tables; population.ts draws from them.
import type { Shape } from './load.ts'

interface Flavor {
  readonly name: string
  readonly vcpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
}

type Size = readonly [vcpus: number, memoryGiB: number, diskGiB: number]

const flavor = (name: string, [vcpus, memoryGiB, diskGiB]: Size): Flavor => ({
  name,
  vcpus,
  memoryMiB: memoryGiB * 1024,
  diskGiB,
})

const flavors = {
  tiny: flavor('tiny', [1, 1, 8]),
  small: flavor('small', [1, 2, 16]),
  medium: flavor('medium', [2, 4, 32]),
  large: flavor('large', [4, 8, 64]),
  xlarge: flavor('xlarge', [8, 16, 120]),
  memory: flavor('memory.large', [4, 32, 80]),
  compute: flavor('compute.xlarge', [16, 32, 80]),
} as const

export interface Role {
  /** `{owner}` is replaced by the owner's name. */
  readonly name: string
  readonly shape: Shape
  readonly flavors: readonly Flavor[]
  /** Share of its instances that are preemptible, and that are protected. */
  readonly preemptible?: number
  readonly protected?: number
}

const { tiny, small, medium, large, xlarge, memory, compute } = flavors

const roles = {
  web: { name: 'web', shape: 'steady', flavors: [medium, large] },
  api: { name: 'api', shape: 'steady', flavors: [medium, large] },
  db: { name: 'db', shape: 'steady', flavors: [large, memory], protected: 0.5 },
  cache: { name: 'cache', shape: 'steady', flavors: [memory, medium] },
  mail: { name: 'mail', shape: 'steady', flavors: [medium], protected: 0.6 },
  queue: { name: 'queue', shape: 'steady', flavors: [large] },
  runner: { name: 'ci-runner', shape: 'bursty', flavors: [large, xlarge], preemptible: 0.7 },
  build: { name: 'build', shape: 'bursty', flavors: [xlarge] },
  render: { name: 'render', shape: 'bursty', flavors: [xlarge, compute], preemptible: 0.5 },
  worker: { name: 'spark-worker', shape: 'bursty', flavors: [xlarge, memory], preemptible: 0.5 },
  simulation: { name: 'simulation', shape: 'bursty', flavors: [compute, xlarge], preemptible: 0.3 },
  report: { name: 'report', shape: 'weekly', flavors: [medium, large] },
  payroll: { name: 'payroll', shape: 'weekly', flavors: [large], protected: 0.4 },
  backup: { name: 'backup', shape: 'weekly', flavors: [medium] },
  intranet: { name: 'intranet', shape: 'office', flavors: [medium] },
  notebook: { name: '{owner}-notebook', shape: 'office', flavors: [medium, large] },
  desktop: { name: '{owner}-desktop', shape: 'office', flavors: [medium, large] },
  crm: { name: 'legacy-crm', shape: 'decreasing', flavors: [large] },
  thesis: { name: '{owner}-thesis', shape: 'decreasing', flavors: [large, memory] },
  migration: { name: 'migration', shape: 'decreasing', flavors: [medium, large] },
  campaign: { name: 'campaign', shape: 'decreasing', flavors: [medium, large] },
  test: { name: 'test', shape: 'idle', flavors: [tiny, small, medium] },
  demo: { name: 'demo', shape: 'idle', flavors: [medium, large] },
  wiki: { name: 'old-wiki', shape: 'idle', flavors: [small, medium] },
  sandbox: { name: '{owner}-sandbox', shape: 'idle', flavors: [small, medium, large] },
  trial: { name: 'poc', shape: 'idle', flavors: [large, xlarge] },
} as const satisfies Record<string, Role>

export interface ProjectKind {
  readonly name: string
  readonly weight: number
  readonly roles: readonly { readonly role: Role; readonly weight: number }[]
}

const mix = (...pairs: readonly (readonly [Role, number])[]) => pairs.map(([role, weight]) => ({ role, weight }))

/** The first six projects; more of them repeat the kinds under numbered names. */
export const projectKinds: readonly ProjectKind[] = [
  {
    name: 'web-shop',
    weight: 22,
    roles: mix([roles.web, 6], [roles.api, 4], [roles.db, 3], [roles.cache, 2], [roles.campaign, 3], [roles.test, 4]),
  },
  {
    name: 'data-science',
    weight: 18,
    roles: mix([roles.worker, 5], [roles.notebook, 5], [roles.report, 2], [roles.trial, 3], [roles.sandbox, 2]),
  },
  {
    name: 'build-farm',
    weight: 16,
    roles: mix([roles.runner, 8], [roles.build, 3], [roles.queue, 1], [roles.test, 4], [roles.migration, 1]),
  },
  {
    name: 'back-office',
    weight: 16,
    roles: mix(
      [roles.desktop, 7],
      [roles.intranet, 2],
      [roles.mail, 1],
      [roles.payroll, 2],
      [roles.backup, 2],
      [roles.crm, 2],
    ),
  },
  {
    name: 'research',
    weight: 16,
    roles: mix([roles.thesis, 4], [roles.simulation, 5], [roles.render, 2], [roles.sandbox, 3], [roles.notebook, 2]),
  },
  {
    name: 'playground',
    weight: 12,
    roles: mix([roles.test, 4], [roles.demo, 3], [roles.wiki, 2], [roles.sandbox, 4], [roles.trial, 2], [roles.web, 1]),
  },
]

export const people: readonly string[] = (
  'alice bruno chen dana emil farah goran hana ivan jonas kofi lena ' +
  'marta nils olga priya quentin rosa sven tomas uma viktor wanda yusuf'
).split(' ')

export interface HostModel {
  readonly weight: number
  readonly cores: number
  readonly memoryGiB: number
  readonly diskGiB: number
  readonly idlePowerW: number
  readonly fullPowerW: number
}

/** Two generations of hypervisors and a few big ones; power as such machines typically draw at the plug. */
export const hypervisorModels: readonly HostModel[] = [
  { weight: 5, cores: 32, memoryGiB: 128, diskGiB: 1800, idlePowerW: 118, fullPowerW: 345 },
  { weight: 4, cores: 48, memoryGiB: 192, diskGiB: 3600, idlePowerW: 132, fullPowerW: 460 },
  { weight: 2, cores: 64, memoryGiB: 256, diskGiB: 3600, idlePowerW: 155, fullPowerW: 590 },
]

export const desktopModels: readonly HostModel[] = [
  { weight: 2, cores: 8, memoryGiB: 32, diskGiB: 500, idlePowerW: 28, fullPowerW: 135 },
  { weight: 1, cores: 12, memoryGiB: 64, diskGiB: 1000, idlePowerW: 34, fullPowerW: 180 },
]

/** What the simulated scheduler sells per physical core and MiB of a hypervisor, and per GiB: images are sparse. */
export const coreRatio = 2.5
export const memoryRatio = 1.2
export const diskRatio = 3
