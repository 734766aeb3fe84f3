import { describe, expect, it } from 'vitest'
import { barsOf, type Busy } from './bars.ts'

const window = { fromMs: 0, toMs: 1_000_000 }
const busy = (startMs: number, endMs: number): Busy => ({
  start: new Date(startMs).toISOString(),
  end: new Date(endMs).toISOString(),
  state: 'pending',
})
const drawn = (promises: readonly Busy[]) =>
  barsOf(promises, window).map(({ from, to, busy: held }) => [from, to, held.length])

describe('bars of a host', () => {
  it('are shares of the window, in order, cut off at its edges', () => {
    expect(drawn([busy(900_000, 2_000_000), busy(-500_000, 100_000), busy(200_000, 300_000)])).toEqual([
      [0, 0.1, 1],
      [0.2, 0.3, 1],
      [0.9, 1, 1],
    ])
  })

  it('leave out what ends where the window begins, or begins where it ends', () => {
    expect(drawn([busy(-1000, 0), busy(1_000_000, 2_000_000)])).toEqual([])
  })

  it('are one where they are too narrow to be told apart, and none is lost', () => {
    const many = Array.from({ length: 500 }, (_, nth) => busy(nth * 2000, nth * 2000 + 1500))
    const bars = barsOf(many, window)
    expect(bars.length).toBeLessThan(15)
    expect(bars.flatMap((bar) => bar.busy)).toEqual(many)
  })

  it('of leases that are over are one by themselves: they hide nothing that is promised', () => {
    const over = [busy(0, 1000), busy(2000, 3000)].map((one): Busy => ({ ...one, state: 'ended' }))
    expect(drawn([...over, busy(3000, 50_000), { ...busy(50_000, 51_000), state: 'ended' }])).toEqual([
      [0, 0.003, 2],
      [0.003, 0.05, 1],
      [0.05, 0.051, 1],
    ])
  })

  it('stay apart when they are wide, even where one follows another at once', () => {
    expect(drawn([busy(0, 100_000), busy(100_000, 200_000)])).toEqual([
      [0, 0.1, 1],
      [0.1, 0.2, 1],
    ])
  })
})
