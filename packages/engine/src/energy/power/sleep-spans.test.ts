import { type HostPowerRecord, freshPowerRecord, hostId } from '@gleaner/model'
import { aHostEntry, testCloud } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sleepSpans, type SleepSpansQuestion } from './sleep-spans.ts'

const id = hostId(testCloud, 'h1')
const hourMs = 3_600_000
const nowMs = 1000 * hourMs
const at = (hours: number) => nowMs + hours * hourMs
const step = (action: 'sleep' | 'wake' | 'close', hours: number, state: 'done' | 'failed' = 'done') =>
  aHostEntry({
    hostId: id,
    capability: 'energy',
    action,
    state,
    intendedAtMs: at(hours) - 60_000,
    finishedAtMs: at(hours),
  })

function told(more: Partial<SleepSpansQuestion> = {}, record: Partial<HostPowerRecord> = {}) {
  const spans = sleepSpans({
    host: { id, state: 'up' },
    record: { ...freshPowerRecord(id), ...record },
    history: [],
    promised: [],
    isClosing: false,
    leadMs: hourMs / 2,
    span: { startMs: at(-48), endMs: at(48) },
    nowMs,
    ...more,
  })
  return spans.map(({ kind, startMs, endMs }) => `${kind} ${(startMs - nowMs) / hourMs} to ${(endMs - nowMs) / hourMs}`)
}

const asleep = { id, state: 'asleep' } as const

test('the past is that of the journal: sleeps and wake-ups that came about', () => {
  expect(told()).toEqual([])
  expect(
    told({ history: [step('wake', -10), step('sleep', -20), step('close', -21), step('sleep', -3, 'failed')] }),
  ).toEqual(['asleep -20 to -10'])
  // A sleep whose beginning is older than what is asked for.
  expect(told({ history: [step('wake', -40)] })).toEqual(['asleep -48 to -40'])
})

test('one that sleeps does so since then, and as far as is known until it is woken for its lease', () => {
  const history = [step('sleep', -5)]
  expect(told({ host: asleep, history })).toEqual(['asleep -5 to 0', 'sleeps 0 to 48'])
  expect(told({ host: asleep, history, promised: [{ startMs: at(10), endMs: at(12) }] })).toEqual([
    'asleep -5 to 0',
    'sleeps 0 to 9.5',
    'wakes 9.5 to 10',
    'promised 10 to 12',
  ])
  expect(told({ host: asleep }, { sleptAtMs: at(-100) })).toEqual(['asleep -48 to 0', 'sleeps 0 to 48'])
  // Switched off by others: since when is not known.
  expect(told({ host: asleep })).toEqual(['sleeps 0 to 48'])
})

test('one that is awake is told its leases, each moment once, and sleeps when that is wanted', () => {
  const promised = [
    { startMs: at(-2), endMs: at(3) },
    { startMs: at(1), endMs: at(2) },
    { startMs: at(2), endMs: at(5) },
    { startMs: at(47), endMs: at(60) },
  ]
  expect(told({ promised })).toEqual(['promised 0 to 3', 'promised 3 to 5', 'promised 47 to 48'])
  expect(told({ isClosing: true, promised: [{ startMs: at(20), endMs: at(21) }] })).toEqual([
    'sleeps 0 to 19.5',
    'wakes 19.5 to 20',
    'promised 20 to 21',
  ])
})

test('no two spans overlap, and all lie within what is asked for', () => {
  const hours = fc.integer({ min: -60, max: 60 })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('sleep', 'wake'), fc.integer({ min: -60, max: -1 })), { maxLength: 12 }),
      fc.array(fc.tuple(hours, fc.integer({ min: 1, max: 30 })), { maxLength: 8 }),
      fc.constantFrom('up', 'asleep', 'down', 'disabled'),
      (steps, leases, state) => {
        const spans = sleepSpans({
          host: { id, state },
          record: undefined,
          history: steps.map(([action, hour]) => step(action as 'sleep' | 'wake', hour)),
          promised: leases.map(([from, length]) => ({ startMs: at(from), endMs: at(from + length) })),
          isClosing: false,
          leadMs: hourMs,
          span: { startMs: at(-48), endMs: at(48) },
          nowMs,
        })
        let toMs = at(-48)
        for (const { startMs, endMs } of spans) {
          expect(startMs).toBeGreaterThanOrEqual(toMs)
          expect(endMs).toBeGreaterThan(startMs)
          toMs = endMs
        }
        expect(toMs).toBeLessThanOrEqual(at(48))
      },
    ),
  )
})
