// The users of simulated desktops come and go by seed and time alone, and what their agents say hangs together.
import { mayLend } from '@gleaner/model'
import { VirtualClock } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { SimulatedCloud } from '../simulated-cloud.ts'
import { isThere } from './desktop-agents.ts'

const never = new AbortController().signal
const minuteMs = 60_000
/** A Wednesday. */
const dayMs = Date.UTC(2026, 2, 4)
const size = { hosts: 8, desktops: 6, instances: 0, projects: 1, activity: 0, seed: 5 }

function cloudAt(atMs: number) {
  const clock = new VirtualClock(atMs)
  return { clock, cloud: new SimulatedCloud({ clock, ...size }) }
}
const hear = async ({ cloud }: ReturnType<typeof cloudAt>) => (await cloud.desktopAgents?.hear(never)) ?? []

describe('the agents of simulated desktops', () => {
  it('say the same however often they are asked, and from wherever one begins', async () => {
    const often = cloudAt(dayMs + 6 * 60 * minuteMs)
    for (let minute = 0; minute < 8 * 60; minute += 7) {
      await often.clock.advance(7 * minuteMs)
      await hear(often)
    }
    const once = cloudAt(often.clock.nowMs())
    expect(await hear(often)).toEqual(await hear(once))
  })

  it('lend at night and not at work', async () => {
    const phasesAt = async (hour: number) =>
      (await hear(cloudAt(dayMs + hour * 3_600_000))).map(({ word }) => word.phase)
    expect(new Set(await phasesAt(3))).toEqual(new Set(['lendable']))
    expect((await phasesAt(11)).filter(mayLend)).toEqual([])
  })

  it('go from one phase to the next as time goes, since the moment they tell', async () => {
    const scene = cloudAt(dayMs + 16 * 60 * minuteMs)
    const seen = new Map<string, string[]>()
    let last = new Map<string, number>()
    for (let minute = 0; minute < 8 * 60; minute++) {
      const now = new Map<string, number>()
      for (const { hostName, word, phaseSinceMs } of await hear(scene)) {
        expect(phaseSinceMs).toBeLessThanOrEqual(scene.clock.nowMs())
        const list = seen.get(hostName) ?? []
        if (list.at(-1) !== word.phase) list.push(word.phase)
        else expect(phaseSinceMs).toBe(last.get(hostName))
        seen.set(hostName, list)
        now.set(hostName, phaseSinceMs)
      }
      last = now
      await scene.clock.advance(minuteMs)
    }
    expect(seen.size).toBe(6)
    const next = {
      'in-use': ['quiet'],
      quiet: ['grace', 'in-use'],
      grace: ['lendable', 'in-use'],
      lendable: ['in-use'],
    }
    for (const list of seen.values())
      for (const [nth, phase] of list.entries()) {
        const after = list[nth + 1]
        if (after !== undefined) expect(next[phase as keyof typeof next]).toContain(after)
      }
    expect([...seen.values()].every((list) => list.at(-1) === 'lendable')).toBe(true)
  })

  it('are not there where no desktops are, or where real ones shall speak', () => {
    const clock = new VirtualClock(dayMs)
    expect(new SimulatedCloud({ clock, ...size, desktops: 0 }).desktopAgents).toBeUndefined()
    expect(new SimulatedCloud({ clock, ...size, desktopAgents: false }).desktopAgents).toBeUndefined()
  })
})

it('the users of two desktops are not the same person', () => {
  const course = (seed: number) =>
    Array.from({ length: 288 }, (_, slot) => isThere(seed, Math.floor(dayMs / (5 * minuteMs)) + slot))
      .map(Number)
      .join('')
  expect(course(1)).not.toBe(course(2))
  expect(course(1)).toBe(course(1))
})
