// What is foretold for a placement: learnt a few desktops at a time, kept for hours, and of nobody who has left.
import type { Desktop, PhaseChange } from '@gleaner/model'
import { aVerdict } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { memoryContent, memoryStore } from '../testing/memory-store.ts'
import { plainDesktop } from '../testing/plain-objects.ts'
import { ForetoldHours } from './foretold-hours.ts'

const hourMs = 3_600_000
/** A Wednesday at noon. */
const nowMs = Date.UTC(2026, 2, 4, 12)
const limits = { lostAfterMs: 45_000, goneAfterMs: 600_000, contractMs: 60_000 }

/** Of every day of four weeks: there for others from 18:00 to 8:00. */
function nights(): readonly PhaseChange[] {
  const phases: PhaseChange[] = []
  for (let day = 28; day >= 0; day--) {
    const midnightMs = Date.UTC(2026, 2, 4) - day * 24 * hourMs
    for (const [hour, phase] of [
      [8, 'in-use'],
      [18, 'lendable'],
    ] as const) {
      const atMs = midnightMs + hour * hourMs
      if (atMs < nowMs) phases.push({ atMs, phase, verdict: aVerdict() })
    }
  }
  return phases.toReversed()
}

function storeOf() {
  const asked: string[] = []
  const store = memoryStore(memoryContent())
  const desktops = {
    ...store.desktops,
    phases: async (id: string) => {
      asked.push(id)
      return id === 'dsk_new' ? [] : nights()
    },
  }
  return { asked, foretold: new ForetoldHours({ desktops }) }
}

const desk = (id: string): Desktop => ({ ...plainDesktop(nowMs), id, lastBeatMs: nowMs })

it('is the share of the next four hours', async () => {
  const { foretold } = storeOf()
  await foretold.learn([desk('dsk_1'), desk('dsk_new')], nowMs, limits)
  expect(foretold.share('dsk_1', nowMs)).toBeLessThan(0.1)
  expect(foretold.share('dsk_1', nowMs + 8 * hourMs)).toBeGreaterThan(0.9)
  // From 16:00 to 20:00: there for half of it.
  expect(foretold.share('dsk_1', nowMs + 4 * hourMs)).toBeCloseTo(0.5, 1)
  expect(foretold.share('dsk_new', nowMs)).toBeUndefined()
  expect(foretold.share('dsk_other', nowMs)).toBeUndefined()
})

it('is learnt of twenty at a time and anew after six hours, and forgotten with the desktop', async () => {
  const { asked, foretold } = storeOf()
  const all = Array.from({ length: 30 }, (_, nth) => desk(`dsk_${nth}`))
  await foretold.learn(all, nowMs, limits)
  expect([asked.length, foretold.turns]).toEqual([20, 1])
  await foretold.learn(all, nowMs + 60_000, limits)
  await foretold.learn(all, nowMs + 120_000, limits)
  expect([asked.length, new Set(asked).size, foretold.turns]).toEqual([30, 30, 2])
  await foretold.learn(all.slice(1), nowMs + 6 * hourMs, limits)
  expect(asked).toHaveLength(49)
  expect(foretold.share('dsk_0', nowMs)).toBeUndefined()
})
