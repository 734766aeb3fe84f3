import { VirtualClock } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { Loop, type LoopSettings } from './loop.ts'

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

function makeLoop(change: Partial<LoopSettings> = {}) {
  const clock = new VirtualClock(1_000_000)
  const seen = { runs: 0, errors: [] as unknown[] }
  const loop = new Loop({
    name: 'test',
    periodMs: 1000,
    clock,
    onError: (error) => seen.errors.push(error),
    run: async () => {
      seen.runs++
      return `run ${seen.runs}`
    },
    ...change,
  })
  const pass = async (ms: number) => {
    await clock.advance(ms)
    await settle()
  }
  return { clock, loop, seen, pass }
}

describe('a loop', () => {
  it('runs at once and then every period', async () => {
    const { loop, seen, pass } = makeLoop()
    loop.start()
    await settle()
    expect(seen.runs).toBe(1)
    await pass(999)
    expect(seen.runs).toBe(1)
    await pass(1)
    expect(seen.runs).toBe(2)
    expect(loop.status()).toMatchObject({ runs: 2, failures: 0, detail: 'run 2', late: false })
    await loop.stop()
    await pass(5000)
    expect(seen.runs).toBe(2)
  })

  it('may wait for many things at once without a warning', async () => {
    const warnings: Error[] = []
    const keep = (warning: Error) => void warnings.push(warning)
    process.on('warning', keep)
    const { loop } = makeLoop({
      run: async (signal) => {
        for (let waits = 0; waits < 20; waits++) signal.addEventListener('abort', () => {}, { once: true })
        return 'waits'
      },
    })
    loop.start()
    // A warning is told in the next turn.
    await settle()
    await settle()
    process.off('warning', keep)
    await loop.stop()
    expect(warnings).toEqual([])
  })

  it('waits for its first period when it is told to', async () => {
    const { loop, seen, pass } = makeLoop({ delayed: true })
    loop.start()
    await settle()
    expect(seen.runs).toBe(0)
    await pass(1000)
    expect(seen.runs).toBe(1)
    await loop.stop()
  })

  it('runs when it is woken, once however often, and again when it was woken meanwhile', async () => {
    let release = () => {}
    const { loop, pass } = makeLoop({ run: () => new Promise((resolve) => (release = () => resolve(''))) })
    loop.start()
    await settle()
    loop.wake()
    loop.wake()
    release()
    await settle()
    release()
    await settle()
    expect(loop.status().runs).toBe(2)
    await pass(1000)
    release()
    await settle()
    expect(loop.status().runs).toBe(3)
    release()
    await loop.stop()
  })

  it('rests between two runs, however often it is woken', async () => {
    const { loop, seen, pass } = makeLoop({ leastRestMs: 400 })
    loop.start()
    await settle()
    loop.wake()
    await pass(399)
    expect(seen.runs).toBe(1)
    await pass(1)
    expect(seen.runs).toBe(2)
    await pass(999)
    expect(seen.runs).toBe(2)
    await pass(1)
    expect(seen.runs).toBe(3)
    await loop.stop()
  })

  it('goes on after a failure and tells it', async () => {
    const { loop, seen, pass } = makeLoop({
      run: async () => {
        throw new Error('no answer')
      },
    })
    loop.start()
    await settle()
    await pass(1000)
    expect(seen.errors).toHaveLength(2)
    expect(loop.status()).toMatchObject({ failures: 2, lastError: 'no answer' })
    await loop.stop()
  })

  it('is late when it has missed three periods, and aborts what hangs when it is stopped', async () => {
    const { loop, pass } = makeLoop({
      run: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    })
    loop.start()
    await pass(4000)
    expect(loop.status().late).toBe(false)
    await pass(1)
    expect(loop.status().late).toBe(true)
    await loop.stop()
    expect(loop.status()).toMatchObject({ failures: 0, late: false })
  })
})
