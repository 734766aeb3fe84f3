// The keeper of fences over a cloud that remembers what it was told: when it is called, who is let in, what is closed again.
import { eventsFor, freezeSnapshot } from '@gleaner/engine'
import { cloudId, type Lease, type LeaseId, type ReservationId } from '@gleaner/model'
import type { FenceState, LeaseFence } from '@gleaner/ports'
import { aHost, aProject, aSnapshot, testStartMs, VirtualClock } from '@gleaner/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { someRuntime } from '../testing/some-runtime.ts'
import { FenceKeeper } from './fence-keeper.ts'

const cloud = cloudId('test')
const never = new AbortController().signal
const hourMs = 3_600_000
const whole = { vcpus: 8, memoryMiB: 16_384, diskGiB: 100 }
const size = { vcpus: 2, memoryMiB: 4096, diskGiB: 20 }
const id = 'lea_01a2232f-6d9e-76fd-bb41-0eb492f898d9' as LeaseId
const reservation = 'res_01a2232f-6d9e-76fd-bb41-0eb492f898da' as ReservationId
const span = { startMs: testStartMs - 1000, endMs: testStartMs + hourMs }
const exam: Lease = {
  id,
  name: 'exam',
  cloudId: cloud,
  projectId: aProject().id,
  by: 'anna',
  state: 'active',
  createdAtMs: 0,
  updatedAtMs: 0,
  endAction: 'nothing',
  reservations: [
    {
      id: reservation,
      wish: { kind: 'hosts', min: 1, max: 1 },
      filter: undefined,
      shares: [{ hostId: aHost().id, host: aHost().name, units: 1 }],
    },
  ],
  events: eventsFor({ span, noticeMs: 0, heldUntilMs: undefined }),
  span,
}

let clock: VirtualClock
let leases: Lease[]
let calls: (readonly LeaseFence[])[]
let fault: string | undefined
let away: Error | undefined
let problems: string[]
let audited: string[]
let killSwitch: object | undefined
let keeper: FenceKeeper

beforeEach(() => {
  clock = new VirtualClock(testStartMs)
  ;[leases, calls, problems, audited] = [[exam], [], [], []]
  ;[fault, away, killSwitch] = [undefined, undefined, undefined]
  const keep = async (fences: readonly LeaseFence[]): Promise<readonly FenceState[]> => {
    if (away !== undefined) throw away
    calls.push(fences)
    return fences.map(({ leaseId, hostId, open }) => ({
      leaseId,
      hostId,
      held: {
        vcpus: whole.vcpus - (open?.vcpus ?? 0),
        memoryMiB: whole.memoryMiB - (open?.memoryMiB ?? 0),
        diskGiB: whole.diskGiB - (open?.diskGiB ?? 0),
      },
      free: open ?? { vcpus: 0, memoryMiB: 0, diskGiB: 0 },
      fault,
    }))
  }
  const flavorInto = async ({ leaseId, flavor }: { leaseId: string; flavor: string }) => `${flavor} into ${leaseId}`
  const reading = aSnapshot({ cloudId: cloud, hosts: [aHost()] })
  const state = {
    clouds: new Map([[cloud, { snapshot: freezeSnapshot(reading, reading) }]]),
    get killSwitch() {
      return killSwitch
    },
  }
  const parts = someRuntime({
    clock,
    config: { reservations: { makeRoomMs: 1000 } },
    clouds: new Map([[cloud, { id: cloud, leaseFences: { keep, flavorInto } }]]),
    state,
    leases: { load: async () => {}, open: () => leases, find: (one: string) => leases.find((each) => each.id === one) },
    problems: {
      settle: async (subject: string) => void (problems = problems.filter((each) => !each.startsWith(subject))),
      reportError: async (subject: string, error: Error) => void problems.push(`${subject}: ${error.message}`),
    },
    log: { info: () => {} },
    store: { audit: { append: async ({ what }: { what: string }) => void audited.push(what) } },
  })
  keeper = new FenceKeeper(parts)
})

const run = (term = 1) => keeper.run({ term } as never, never)
const ask = (more: object = {}) =>
  keeper.letIn({ cloudId: cloud, projectId: aProject().id, lease: 'exam', flavor: 'm1', size, count: 1, ...more })
const last = () => calls.at(-1)?.map(({ open }) => open?.vcpus ?? 0)

describe('the keeper of fences', () => {
  it('asks the cloud when what is wanted has changed, and once in a while', async () => {
    await run()
    await run()
    expect(calls).toHaveLength(1)
    await clock.advance(5000)
    await run()
    expect(calls).toHaveLength(2)
    leases = []
    await run()
    expect(calls[2]).toEqual([])
    expect(audited).toEqual(['fence hosts of lease', 'give hosts of lease back'])
  })

  it('asks at once after a change of leaders, also when nothing is wanted: strays end', async () => {
    leases = []
    await run()
    await run()
    expect(calls).toEqual([[]])
    await run(2)
    expect(calls).toEqual([[], []])
  })

  it('leaves fences as they are while everything is paused', async () => {
    killSwitch = {}
    expect(await run()).toBe('paused')
    expect(calls).toEqual([])
  })

  it('tells what could not be kept, tries again, and settles it', async () => {
    fault = 'out of reach'
    await run()
    expect(problems.join()).toMatch(/fences of leases on test: .*out of reach/)
    await run()
    expect(calls).toHaveLength(1)
    fault = undefined
    await clock.advance(5000)
    await run()
    expect([calls.length, problems]).toEqual([2, []])
    away = new Error('placement is down')
    leases = [
      { ...exam, span: { ...span, endMs: span.endMs + 1 } },
      { ...exam, id: 'lea_2' as LeaseId },
    ]
    await run()
    expect(problems.join()).toMatch(/placement is down/)
  })

  it('lets the own project in by the name of the lease, its id, or that of its reservation', async () => {
    const bare = (text: string) => text.slice(text.indexOf('_') + 1)
    for (const lease of ['exam', id, bare(id), reservation, bare(reservation)]) {
      const entry = await ask({ lease })
      expect(entry).toMatchObject({ lease: 'exam', flavor: `m1 into ${id}` })
      expect(last()).toEqual([2])
      keeper.left(entry.id, { isPlaced: true })
      await run()
      expect(last()).toEqual([0])
    }
  })

  it('lets in no more than there is room for, and counts those who are on the way', async () => {
    const entries = [await ask({ count: 2 }), await ask()]
    expect(last()).toEqual([6])
    await expect(ask({ count: 2 })).rejects.toThrow(/"exam" have no room for 2 times 2 vCPU, 4096 MiB and 20 GiB/)
    for (const entry of entries) keeper.left(entry.id, { isPlaced: false })
    expect(await ask({ count: 4 })).toMatchObject({ lease: 'exam' })
    expect(last()).toEqual([8])
  })

  it('of many at once, lets in those for whom there is room', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => ask()))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
  })

  it('closes what nobody took after a minute', async () => {
    await ask()
    await clock.advance(60_000)
    await run()
    expect(last()).toEqual([0])
  })

  it('refuses whoever it does not belong to, what has not begun, and clouds without fences', async () => {
    await expect(ask({ projectId: 'test:other' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(ask({ lease: 'nothing' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(ask({ cloudId: 'elsewhere' })).rejects.toMatchObject({ code: 'cloud-unsupported' })
    leases = [{ ...exam, state: 'pending' }]
    await expect(ask()).rejects.toMatchObject({ code: 'conflict' })
  })

  it('closes again when the cloud fails in the middle', async () => {
    await run()
    away = new Error('placement is down')
    await expect(ask()).rejects.toThrow('placement is down')
    away = undefined
    await run()
    expect(last()).toEqual([0])
  })
})
