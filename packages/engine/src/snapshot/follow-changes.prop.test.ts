// A reading taken with the one before at hand is the reading taken without it, whatever came, went, changed, moved in the
// list or occurs twice; and what has not changed is the same object.
import { hostId, type Instance, instanceId, projectId } from '@gleaner/model'
import { aHost, anInstance, anInventory, aProject, testCloud, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { freezeSnapshot } from './freeze-snapshot.ts'

interface Edit {
  readonly kind: 'add' | 'remove' | 'change' | 'move' | 'repeat'
  readonly at: number
  readonly to: number
}

const edits = fc.array(
  fc.record<Edit>({
    kind: fc.constantFrom('add', 'add', 'remove', 'remove', 'change', 'change', 'move', 'repeat'),
    at: fc.nat({ max: 40 }),
    to: fc.nat({ max: 40 }),
  }),
  { maxLength: 12 },
)

let added = 0

function edited(list: readonly Instance[], changes: readonly Edit[]): readonly Instance[] {
  const next = list.map((instance) => ({ ...instance }))
  for (const { kind, at, to } of changes) {
    const place = at % (next.length + 1)
    const there = next[place]
    if (kind === 'add') next.splice(place, 0, made(1000 + added++))
    if (there === undefined) continue
    if (kind === 'remove') next.splice(place, 1)
    if (kind === 'change') next[place] = { ...there, hostId: hostId(testCloud, `h${to % 3}`), tags: [`t${to}`] }
    if (kind === 'move') next.splice(to % next.length, 0, ...next.splice(place, 1))
    if (kind === 'repeat') next.splice(to % next.length, 0, { ...there })
  }
  return next
}

const made = (nth: number): Instance =>
  anInstance({
    id: instanceId(testCloud, `i${nth}`),
    name: `i${nth}`,
    hostId: hostId(testCloud, `h${nth % 3}`),
    projectId: projectId(testCloud, `p${nth % 2}`),
  })

const hosts = [0, 1, 2].map((nth) => aHost({ id: hostId(testCloud, `h${nth}`), name: `h${nth}` }))
const projects = [0, 1].map((nth) => aProject({ id: projectId(testCloud, `p${nth}`), name: `p${nth}` }))
const stampOf = (version: number) => ({ cloudId: testCloud, version, takenAtMs: testStartMs + version })

/** Within a group, and in the index, the order means nothing. */
const sorted = (groups: ReadonlyMap<string, readonly Instance[]>) =>
  Object.fromEntries([...groups].map(([key, group]) => [key, group.toSorted((a, b) => (a.id < b.id ? -1 : 1))]))
const comparable = (snapshot: ReturnType<typeof freezeSnapshot>) => ({
  instances: snapshot.instances,
  gaps: snapshot.gaps,
  byId: Object.fromEntries(snapshot.instanceById),
  ofHost: sorted(snapshot.instancesOfHost),
  ofProject: sorted(snapshot.instancesOfProject),
})

test('is the same as without the reading before', () => {
  fc.assert(
    fc.property(fc.array(edits, { maxLength: 5 }), (readings) => {
      let list: readonly Instance[] = Array.from({ length: 30 }, (_, nth) => made(nth))
      let previous = freezeSnapshot(anInventory({ instances: list, hosts, projects }), stampOf(1))
      for (const [nth, changes] of readings.entries()) {
        list = edited(list, changes)
        const inventory = anInventory({ instances: list, hosts, projects })
        const followed = freezeSnapshot(inventory, stampOf(nth + 2), previous)
        expect(comparable(followed)).toEqual(comparable(freezeSnapshot(inventory, stampOf(nth + 2))))
        for (const instance of followed.instances) {
          expect(followed.instanceById.get(instance.id)).toBe(instance)
          const before = previous.instanceById.get(instance.id)
          if (before !== undefined && before.hostId === instance.hostId && before.tags.join() === instance.tags.join())
            expect(instance).toBe(before)
        }
        previous = followed
        list = followed.instances
      }
    }),
    { numRuns: 60 },
  )
})
