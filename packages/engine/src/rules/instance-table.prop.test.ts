// A table made with the one before at hand is the table made without it: whatever instances, hosts and projects came, went,
// moved or changed, and whatever subject lost its slot and left it to another one.
import { type Host, hostId, type Instance, type Project, projectId } from '@gleaner/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TelemetryWindows } from '../telemetry/telemetry-windows.ts'
import { buildInstanceTable, type InstanceTable } from './instance-table.ts'
import { testHost, testInstance, worldCloud, worldNowMs } from './testing/rule-world.ts'

interface Edit {
  readonly kind: 'add' | 'remove' | 'change' | 'move' | 'host' | 'host-gone' | 'project' | 'forget' | 'measure'
  readonly at: number
  readonly to: number
}

const edits = fc.array(
  fc.record<Edit>({
    kind: fc.constantFrom(
      'add',
      'add',
      'remove',
      'change',
      'move',
      'host',
      'host-gone',
      'project',
      'forget',
      'measure',
    ),
    at: fc.nat({ max: 60 }),
    to: fc.nat({ max: 6 }),
  }),
  { maxLength: 8 },
)

const hostOf = (nth: number) => hostId(worldCloud, `h${nth}`)
const projectOf = (nth: number) => projectId(worldCloud, `p${nth}`)

test('is the same as without the table before', () => {
  fc.assert(
    fc.property(fc.array(edits, { maxLength: 8 }), fc.boolean(), (readings, isWhole) => {
      const telemetry = new TelemetryWindows()
      let made = 0
      const another = (to: number): Instance =>
        testInstance(`i${made++}`, { hostId: to === 6 ? undefined : hostOf(to), projectId: projectOf(to % 3) })
      let instances = Array.from({ length: 40 }, (_, nth) => another(nth % 7))
      let hosts: readonly Host[] = [0, 1, 2, 3].map((nth) => testHost({ id: hostOf(nth), name: `h${nth}` }))
      let projects: readonly Project[] = [0, 1].map((nth) => ({
        id: projectOf(nth),
        cloudId: worldCloud,
        name: `p${nth}`,
      }))
      for (const { id } of instances.slice(0, 30)) telemetry.add(id)
      let before: InstanceTable | undefined
      for (const reading of [[], ...readings]) {
        instances = instances.slice()
        for (const { kind, at, to } of reading) {
          const place = at % (instances.length + 1)
          const there = instances[place]
          if (kind === 'add') instances.splice(place, 0, another(to))
          if (kind === 'host')
            hosts = hosts.map((host, nth) => (nth === to ? { ...host, cores: host.cores + 1 } : host))
          if (kind === 'host-gone')
            hosts = to < 4 ? hosts.filter((_, nth) => nth !== to) : [...hosts, testHost({ id: hostOf(to) })]
          if (kind === 'project') projects = projects.map((project) => ({ ...project, name: `${project.name}'` }))
          if (there === undefined) continue
          if (kind === 'remove') instances.splice(place, 1 + 5 * to)
          if (kind === 'change') instances[place] = { ...there, hostId: hostOf(to), projectId: projectOf(to % 3) }
          if (kind === 'move') instances.splice(to, 0, ...instances.splice(place, 1))
          if (kind === 'forget') telemetry.remove(there.id)
          if (kind === 'measure') telemetry.record(there.id, { atMs: worldNowMs, values: { cpu: 1 } }, worldNowMs)
        }
        const half = instances.length >> 1
        const snapshots = isWhole
          ? [{ hosts, instances, projects }]
          : [
              { hosts: hosts.slice(0, 2), instances: instances.slice(0, half), projects },
              { hosts: hosts.slice(2), instances: instances.slice(half), projects: [] },
            ]
        const followed = buildInstanceTable(snapshots, telemetry, before)
        const alone = buildInstanceTable(snapshots, telemetry)
        expect(followed.instances).toEqual(instances)
        for (const [index, { hostId: on, projectId: of, id }] of instances.entries()) {
          expect(followed.hosts[index]).toBe(hosts.findLast((host) => host.id === on))
          expect(followed.projects[index]).toBe(projects.find((project) => project.id === of))
          expect(followed.indexOf(id)).toBe(index)
        }
        expect(followed.slots).toEqual(Int32Array.from(instances, ({ id }) => telemetry.slotOf(id)))
        expect(followed.instancesOnHost).toEqual(
          Int32Array.from(instances, ({ hostId: on }) =>
            on === undefined ? 0 : instances.filter((each) => each.hostId === on).length,
          ),
        )
        expect(alone.slots).toEqual(followed.slots)
        expect(alone.instancesOnHost).toEqual(followed.instancesOnHost)
        before = followed
      }
    }),
    { numRuns: 60 },
  )
})
