// Arbitraries of fast-check for what a cloud reports. Whatever they make is valid in the sense of the driver contract
// (checkInventory, checkBatch accept it) and otherwise as odd as it may be: empty clouds, hosts without instances, equal
// names, gaps, missing figures, every state.
import type { CloudId, Host, Instance, Inventory, Project, SampleBatch } from '@gleaner/model'
import { hostId, hostStates, instanceId, instanceStates, projectId } from '@gleaner/model'
import * as fc from 'fast-check'
import { testCloud, testStartMs } from './builders.ts'

const yearMs = 365 * 86_400_000
const pastMs = fc.integer({ min: testStartMs - yearMs, max: testStartMs })
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const ratio = fc.double({ min: 0.5, max: 16, noNaN: true })

export function hosts(native: string, cloud: CloudId = testCloud): fc.Arbitrary<Host> {
  return fc
    .record({
      name,
      kind: fc.constantFrom('hypervisor' as const, 'desktop' as const),
      state: fc.constantFrom(...hostStates),
      cores: fc.integer({ min: 1, max: 256 }),
      memoryMiB: fc.integer({ min: 1024, max: 4_194_304 }),
      diskGiB: fc.integer({ min: 0, max: 20_000 }),
      reservedCores: fc.double({ min: 0, max: 1, noNaN: true }),
      reservedMemoryMiB: fc.integer({ min: 0, max: 1024 }),
      coreRatio: maybe(ratio),
      memoryRatio: maybe(ratio),
      idlePowerW: maybe(fc.integer({ min: 0, max: 400 })),
      fullPowerW: maybe(fc.integer({ min: 400, max: 1500 })),
    })
    .map((host) => ({ ...host, id: hostId(cloud, native), cloudId: cloud }))
}

export function instances(native: string, around: Pick<Inventory, 'hosts' | 'projects'>): fc.Arbitrary<Instance> {
  const cloud = around.projects[0]?.cloudId ?? testCloud
  const anyHost = around.hosts.length === 0 ? fc.constant(undefined) : fc.constantFrom(...around.hosts)
  return fc
    .record({
      name,
      project: fc.constantFrom(...around.projects),
      host: anyHost,
      flavor: maybe(name),
      state: fc.constantFrom(...instanceStates),
      vcpus: fc.integer({ min: 1, max: 64 }),
      memoryMiB: fc.integer({ min: 64, max: 524_288 }),
      diskGiB: fc.integer({ min: 0, max: 2000 }),
      times: fc.tuple(pastMs, pastMs),
      hasTimes: fc.boolean(),
      firmness: fc.constantFrom('firm' as const, 'preemptible' as const),
      tags: fc.uniqueArray(name, { maxLength: 4 }),
      protectedBy: maybe(name),
    })
    .map(({ project, host, times, hasTimes, ...rest }) => {
      // What runs is on a host, what is shelved is on none; without any host nothing runs.
      const state = host === undefined && rest.state === 'running' ? 'stopped' : rest.state
      return {
        ...rest,
        id: instanceId(cloud, native),
        cloudId: cloud,
        projectId: project.id,
        hostId: state === 'shelved' ? undefined : host?.id,
        state,
        stateSinceMs: hasTimes ? Math.max(...times) : undefined,
        createdAtMs: hasTimes ? Math.min(...times) : undefined,
      }
    })
}

export interface InventorySize {
  readonly maxHosts?: number
  readonly maxInstances?: number
  /** Whether some inventories have gaps. */
  readonly partial?: boolean
}

export function inventories(size: InventorySize = {}, cloud: CloudId = testCloud): fc.Arbitrary<Inventory> {
  const gap = fc.record({ scope: name, reason: fc.constantFrom('timed out', 'refused', 'no route') })
  return fc
    .record({
      hosts: fc
        .nat({ max: size.maxHosts ?? 6 })
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => hosts(`h${index}`, cloud)))),
      projects: fc
        .integer({ min: 1, max: 4 })
        .map((count) => Array.from({ length: count }, (_, nth) => project(nth, cloud))),
      gaps: size.partial ? fc.array(gap, { maxLength: 2 }) : fc.constant([]),
      count: fc.nat({ max: size.maxInstances ?? 12 }),
    })
    .chain(({ count, ...around }) =>
      fc
        .tuple(...Array.from({ length: count }, (_, index) => instances(`i${index}`, around)))
        .map((made) => ({ ...around, instances: made })),
    )
}

function project(nth: number, cloud: CloudId): Project {
  return { id: projectId(cloud, `p${nth}`), cloudId: cloud, name: `project-${nth}` }
}

/** Usage of some running instances and hosts of the inventory at one moment, each figure measured or not. */
export function sampleBatches(inventory: Inventory, atMs: number = testStartMs): fc.Arbitrary<SampleBatch> {
  const subjects = [
    ...inventory.hosts.filter((host) => host.state === 'up'),
    ...inventory.instances.filter((instance) => instance.state === 'running'),
  ]
  const figure = (max: number) =>
    fc.oneof(
      { weight: 5, arbitrary: fc.double({ min: 0, max, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    )
  return fc.subarray(subjects).chain((chosen) =>
    fc
      .tuple(
        ...chosen.map((subject) =>
          fc.tuple(
            figure('vcpus' in subject ? subject.vcpus : subject.cores),
            figure(subject.memoryMiB),
            figure(1.25e9),
            figure(1.25e9),
            figure(5e9),
            figure(50),
            figure(3e7),
          ),
        ),
      )
      .map((rows) => ({
        subjects: chosen.map((subject) => subject.id),
        atMs: new Float64Array(rows.length).fill(atMs),
        values: Float64Array.from(rows.flat()),
      })),
  )
}
