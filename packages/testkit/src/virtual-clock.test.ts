import { describe, expect, it } from 'vitest'
import { VirtualClock } from './virtual-clock.ts'

describe('virtual clock', () => {
  it('wakes sleepers in the order they are due, at their own time', async () => {
    const clock = new VirtualClock(1000)
    const woken: string[] = []
    const sleeper = async (name: string, durationMs: number) => {
      await clock.sleep(durationMs)
      woken.push(`${name}@${clock.nowMs()}`)
    }
    void sleeper('c', 300)
    void sleeper('a', 100)
    void sleeper('b', 100)
    await clock.advance(200)
    expect(woken).toEqual(['a@1100', 'b@1100'])
    expect(clock.nowMs()).toBe(1200)
    await clock.advance(100)
    expect(woken).toEqual(['a@1100', 'b@1100', 'c@1300'])
    expect(clock.sleepers).toBe(0)
  })

  it('wakes within one turn who goes to sleep again on the way', async () => {
    const clock = new VirtualClock(0)
    const ticks: number[] = []
    void (async () => {
      for (let tick = 0; tick < 5; tick++) {
        await clock.sleep(10)
        ticks.push(clock.nowMs())
      }
    })()
    await clock.advance(35)
    expect(ticks).toEqual([10, 20, 30])
  })

  it('rejects an aborted sleep with the reason of its signal and forgets it', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const reason = new Error('no longer needed')
    const sleep = clock.sleep(50, controller.signal)
    controller.abort(reason)
    await expect(sleep).rejects.toBe(reason)
    expect(clock.sleepers).toBe(0)
    await expect(clock.sleep(50, controller.signal)).rejects.toBe(reason)
  })

  it('jumps without waking anybody, and nobody sleeps longer for it', async () => {
    const clock = new VirtualClock(0)
    let woken = false
    void clock.sleep(100).then(() => {
      woken = true
    })
    clock.jump(-3_600_000)
    await clock.advance(99)
    expect(woken).toBe(false)
    await clock.advance(1)
    expect(woken).toBe(true)
    expect(clock.nowMs()).toBe(100 - 3_600_000)
  })
})
