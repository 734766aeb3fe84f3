// The whole loop over more instances than a cycle looks at for the first time: they are looked at beforehand, nothing is
// decided meanwhile, and then the plan is about all of them. The clock is turned by hand.
import { type Proposal, type SampleBatch, cloudId, emptyBatch, hostId, instanceId, metrics } from '@gleaner/model'
import type { Cloud } from '@gleaner/ports'
import { VirtualClock, aHost, anInstance } from '@gleaner/testkit'
import { afterEach, expect, it, vi } from 'vitest'
import { LookAhead } from '../decide/look-ahead.ts'
import { type TestServer, startTestServer, testStartMs } from './test-server.ts'

const count = 5400
const lab = cloudId('lab')
const host = aHost({ id: hostId(lab, 'kvm1'), cloudId: lab, name: 'kvm1' })
const memory = { physicalCores: true, physicalMemory: true, sellable: false }
const instances = Array.from({ length: count }, (_, nth) =>
  anInstance({ id: instanceId(lab, `vm-${nth}`), cloudId: lab, hostId: host.id, name: `vm-${nth}`, state: 'running' }),
)

/** Every instance is measured each time it is asked, and all are busy but the last. */
function measuredCloud(clock: VirtualClock): Cloud {
  return {
    id: lab,
    kind: 'plain',
    address: 'nowhere',
    actions: [{ action: 'suspend', givesBack: memory, meaning: 'It is saved.' }],
    check: async () => [],
    observe: async () => ({ hosts: [host], instances, projects: [], gaps: [] }),
    sample: async (): Promise<SampleBatch> => {
      const batch = emptyBatch(count)
      for (const [row, { id }] of instances.entries()) {
        batch.subjects.push(id)
        batch.atMs[row] = clock.nowMs()
        for (const [column, metric] of metrics.entries())
          batch.values[row * metrics.length + column] = metric === 'cpu' ? Number(row < count - 1) : Number.NaN
      }
      return batch
    },
    act: async () => {},
    look: async () => ({ instance: undefined, fault: undefined }),
    subscribe: () => () => {},
    close: async () => {},
  }
}

interface Look {
  /** Undefined: enough are known to decide. */
  readonly progress: string | undefined
  readonly plan: string | undefined
}

let server: TestServer | undefined
afterEach(async () => {
  vi.restoreAllMocks()
  await server?.stop()
  server = undefined
})

/** Lets every look happen as it does, and keeps what came of it and the plan that stood then. */
function watchLooks(): readonly Look[] {
  const looks: Look[] = []
  const advance = LookAhead.prototype.advance
  vi.spyOn(LookAhead.prototype, 'advance').mockImplementation(async function (this: LookAhead, parts) {
    const progress = await advance.call(this, parts)
    looks.push({ progress, plan: server?.app.state.plan?.id })
    return progress
  })
  return looks
}

const wants = (proposals: readonly Proposal[] = []) =>
  proposals.flatMap((proposal) => ('instanceId' in proposal ? [proposal.instanceId] : []))

it('looks at more than 5,000 instances before it decides, and then decides about all of them', {
  timeout: 180_000,
}, async () => {
  const looks = watchLooks()
  const clock = new VirtualClock(testStartMs)
  server = await startTestServer({
    config: `modes: { idleness: observe }
rules:
  - { name: busy, expression: 'instance.state == "running" && average(cpu, "2m") > 0.5', action: suspend, mode: observe, grace: 0s }
`,
    clock,
    makeClouds: () => [measuredCloud(clock)],
  })
  const { app, until } = server
  const turnUntil = (what: string, ask: () => boolean) =>
    until(what, async () => {
      if (ask()) return true
      await clock.advance(5000)
      return undefined
    })
  await turnUntil('a look at all', () =>
    looks.some(({ progress }) => progress?.endsWith(`${count} of ${count}`) === true),
  )
  const whole = `looks at instances for the first time: ${count} of ${count}`
  const end = looks.findIndex(({ progress }) => progress === whole)
  const looking = looks.slice(
    looks.findIndex(({ progress }) => progress !== undefined),
    end + 1,
  )
  // One run after the other, each further than the one before; the plan of before stands meanwhile, or none does.
  const reached = looking.map(({ progress }) => Number(/: (\d+) of 5400$/.exec(progress ?? '')?.[1]))
  expect(reached).toEqual([...reached].sort((a, b) => a - b))
  expect(new Set(looking.map(({ plan }) => plan)).size).toBe(1)

  const busy = instances.slice(0, -1).map(({ id }) => id)
  await turnUntil('a plan with all that are busy', () => wants(app.state.plan?.proposals).length === busy.length)
  expect(new Set(wants(app.state.plan?.proposals))).toEqual(new Set(busy))
  expect(app.loops().find(({ name }) => name === 'decide')).toMatchObject({ failures: 0 })
})
