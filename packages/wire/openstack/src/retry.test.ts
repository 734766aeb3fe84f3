import { describe, expect, it } from 'vitest'
import { OpenStackError, type OpenStackErrorDetail, type OpenStackFault } from './openstack-error.ts'
import { readRetryAfter } from './rejection.ts'
import { type RetryPolicy, withRetries } from './retry.ts'
import { PatientClock } from './testing/patient-clock.ts'

const policy: RetryPolicy = { attempts: 4, baseMs: 100, longestPauseMs: 5_000, random: () => 1 }
const signal = new AbortController().signal

/** Fails so often with this error, then succeeds; gives the number of calls and the pauses. */
async function trial(fault: OpenStackFault, detail: OpenStackErrorDetail, { times = 1, isIdempotent = true } = {}) {
  const clock = new PatientClock(-1)
  let calls = 0
  const result = await withRetries(
    async () => {
      if (++calls <= times) throw new OpenStackError(fault, `failure ${calls}`, detail)
      return 'done'
    },
    { clock, policy, isIdempotent, signal },
  ).catch((error: Error) => error.message)
  return { result, calls, pauses: clock.slept }
}

describe('a call that failed', () => {
  it('is made again after pauses that double, and ends with the last error', async () => {
    expect(await trial('unreachable', {}, { times: 9 })).toEqual({
      result: 'failure 4',
      calls: 4,
      pauses: [100, 200, 400],
    })
  })

  it('waits as long as the service asks', async () => {
    expect(await trial('rejected', { status: 503, retryAfterMs: 2_000 })).toMatchObject({ calls: 2, pauses: [2_000] })
  })

  it('is not made again when the service asks for more patience than we have', async () => {
    expect(await trial('rejected', { status: 429, retryAfterMs: 60_000 })).toMatchObject({ calls: 1 })
  })

  it.each([
    ['refused as one too many', 'rejected', { status: 429 }, 2],
    ['refused as too large with a time', 'rejected', { status: 413, retryAfterMs: 1 }, 2],
    ['refused as too large for good', 'rejected', { status: 413 }, 1],
    ['never sent', 'unreachable', { notSent: true }, 2],
    ['perhaps carried out', 'unreachable', {}, 1],
    ['perhaps carried out, no answer in time', 'deadline', {}, 1],
    ['failed inside the service', 'rejected', { status: 500 }, 1],
    ['in conflict', 'rejected', { status: 409 }, 1],
  ] as const)('and does something only once: %s', async (_, fault, detail, calls) => {
    expect((await trial(fault, detail, { isIdempotent: false })).calls).toBe(calls)
  })

  it.each([400, 401, 403, 404, 409])('is not made again for %s, which would be the answer again', async (status) => {
    expect((await trial('rejected', { status })).calls).toBe(1)
  })
})

describe('Retry-After', () => {
  it('is seconds or a date', () => {
    const now = Date.UTC(2025, 0, 1)
    expect(readRetryAfter('7', now)).toBe(7_000)
    expect(readRetryAfter(new Date(now + 3_000).toUTCString(), now)).toBe(3_000)
    expect(readRetryAfter(new Date(now - 3_000).toUTCString(), now)).toBe(0)
    expect(readRetryAfter('soon', now)).toBeUndefined()
    expect(readRetryAfter(undefined, now)).toBeUndefined()
  })
})
