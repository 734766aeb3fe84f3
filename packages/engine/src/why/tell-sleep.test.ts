import { freshPowerRecord, type HostPowerRecord } from '@gleaner/model'
import { aHost, aHostEntry } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { noPromise } from '../energy/power/host-promise.ts'
import { type SleepFacts, tellSleep } from './tell-sleep.ts'

const hourMs = 3_600_000
const nowMs = Date.UTC(2026, 2, 4, 12)
const host = aHost({ name: 'hv-1', state: 'asleep' })
const slept: HostPowerRecord = {
  ...freshPowerRecord(host.id),
  closedAtMs: nowMs - 3 * hourMs,
  sleptAtMs: nowMs - 2 * hourMs,
}
const entry = (part: Parameters<typeof aHostEntry>[0]) =>
  aHostEntry({ hostId: host.id, capability: 'energy', action: 'sleep', state: 'done', cause: 'power', ...part })
const history = [
  entry({ id: 'act_1', intendedAtMs: 1, reason: { code: 'host-idle', sentence: 'It was empty long ago.', facts: {} } }),
  entry({ id: 'act_2', intendedAtMs: 2, reason: { code: 'host-idle', sentence: 'It is empty.', facts: {} } }),
  entry({ id: 'act_3', intendedAtMs: 3, state: 'timed-out' }),
  entry({ id: 'act_4', intendedAtMs: 4, action: 'close' }),
]
const tell = (part: Partial<SleepFacts> = {}) =>
  tellSleep({ host, record: slept, history, promise: noPromise, leadMs: 600_000, nowMs, ...part })

describe('a host that sleeps', () => {
  it('tells since when, by which decision, and for what it wakes', () => {
    expect(tell()).toBe(
      'hv-1 sleeps since 2026-03-04T10:00:00Z, for "power" (act_2): It is empty. It wakes for a request that finds no room elsewhere, the reserve of empty hosts, or "gleaner power wake hv-1"; no lease of it is known.',
    )
  })

  it('tells when it is woken for its lease', () => {
    const promise = { isActive: false, nextStartMs: nowMs + 5 * hourMs }
    expect(tell({ promise })).toContain(
      'woken at 2026-03-04T16:50:00Z at the latest, 10m before its lease of 2026-03-04T17:00:00Z',
    )
    expect(tell({ promise: undefined })).toContain('not known whether it is leased')
  })

  it('tells who wants it so, as long as that is in force, and what failed', () => {
    const wish = { state: 'asleep', by: 'olga', untilMs: nowMs + hourMs } as const
    expect(tell({ record: { ...slept, wish } })).toContain('olga wants it asleep until 2026-03-04T13:00:00Z')
    expect(tell({ record: { ...slept, wish }, nowMs: wish.untilMs })).not.toContain('olga')
    expect(tell({ record: { ...slept, failures: 1, sleepFailures: 2, sleepFault: 'still on' } })).toContain(
      'It did not go to sleep 2 times (still on). It did not wake up once.',
    )
    expect(tell({ record: { ...slept, failures: 2, fault: 'no answer' } })).toContain(
      'did not wake up 2 times (no answer)',
    )
  })

  it('is not taken for Gleaner’s when somebody else switched it off', () => {
    expect(tell({ record: undefined, history: [] })).toMatch(/by somebody else/)
    expect(tell({ record: freshPowerRecord(host.id), history: [] })).toMatch(/by somebody else/)
  })

  it('that does not answer is told as such; one that is awake, or down for another reason, has nothing to tell', () => {
    const down = { ...host, state: 'down' } as const
    expect(tell({ host: down, record: { ...slept, failures: 1 } })).toBe(
      'hv-1 was put to sleep and does not answer. It did not wake up once.',
    )
    expect(tell({ host: down, record: undefined })).toBeUndefined()
    for (const state of ['up', 'disabled', 'maintenance', 'unknown'] as const)
      expect(tell({ host: { ...host, state } })).toBeUndefined()
  })
})
