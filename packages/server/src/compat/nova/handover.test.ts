import { setMaxListeners } from 'node:events'
import { VirtualClock } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { Handover } from './handover.ts'

const never = new AbortController().signal
setMaxListeners(0, never)

/** Everything that can happen without time passing has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a handover', () => {
  it('is alone: of many, one at a time, and all get their turn', async () => {
    const handover = new Handover(new VirtualClock(), 15_000)
    let inside = 0
    let most = 0
    let turns = 0
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const end = await handover.begin(never)
        inside += 1
        most = Math.max(most, inside)
        await settled()
        inside -= 1
        turns += 1
        end()
      }),
    )
    expect({ most, turns }).toEqual({ most: 1, turns: 50 })
  })

  it('holds up those who need no room until it ends', async () => {
    const handover = new Handover(new VirtualClock(), 15_000)
    await handover.pass(never)
    const end = await handover.begin(never)
    const passed: string[] = []
    const waiting = handover.pass(never).then(() => passed.push('passed'))
    await settled()
    expect(passed).toEqual([])
    end()
    await waiting
    expect(passed).toEqual(['passed'])
  })

  it('ends by itself when nobody ends it', async () => {
    const clock = new VirtualClock()
    const handover = new Handover(clock, 15_000)
    await handover.begin(never)
    let passed = false
    const waiting = handover.pass(never).then(() => (passed = true))
    await clock.advance(14_999)
    await settled()
    expect(passed).toBe(false)
    await clock.advance(1)
    await waiting
  })

  it('that ended late does not end the one that came after it', async () => {
    const clock = new VirtualClock()
    const handover = new Handover(clock, 15_000)
    const endFirst = await handover.begin(never)
    await clock.advance(15_000)
    await settled()
    await handover.begin(never)
    endFirst()
    let passed = false
    void handover.pass(never).then(() => (passed = true))
    await settled()
    expect(passed).toBe(false)
  })

  it('is not waited for by who has gone', async () => {
    const handover = new Handover(new VirtualClock(), 15_000)
    const end = await handover.begin(never)
    const leaving = new AbortController()
    const waiting = handover.begin(leaving.signal)
    leaving.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    await expect(handover.pass(leaving.signal)).rejects.toThrow('gone')
    end()
    await settled()
    await handover.pass(never)
  })
})
