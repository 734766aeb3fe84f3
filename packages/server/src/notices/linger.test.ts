import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { linger } from './linger.ts'

describe('lingering', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('aborts so much later than what it was made of, for the same reason', () => {
    const stop = new AbortController()
    const { signal } = linger(stop.signal, 2000)
    vi.advanceTimersByTime(10_000)
    expect(signal.aborted).toBe(false)
    stop.abort('stopping')
    vi.advanceTimersByTime(1999)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toBe('stopping')
  })

  it('counts from now where that was aborted before', () => {
    const { signal } = linger(AbortSignal.abort(), 2000)
    vi.advanceTimersByTime(1999)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(signal.aborted).toBe(true)
  })

  it('leaves nothing behind when it is released, before the abort or after', () => {
    const stop = new AbortController()
    const before = linger(stop.signal, 2000)
    before.release()
    stop.abort()
    const after = linger(stop.signal, 2000)
    expect(vi.getTimerCount()).toBe(1)
    after.release()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(5000)
    expect([before.signal.aborted, after.signal.aborted]).toEqual([false, false])
  })
})
