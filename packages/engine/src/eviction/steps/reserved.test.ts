// A reserved decision: everybody is told, has the notice, and is looked at once more on a reading from after it.
import type { EvictionDecision } from '@gleaner/model'
import { aProposal, aVerdict } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import {
  acted,
  aDecision,
  aVictim,
  decidedAtMs,
  gone,
  idOf,
  leftWith,
  lookedAtMs,
  noticeMs,
  notified,
  seen,
  stillThere,
  vetoed,
} from '../../testing/a-saga.ts'
import { nextStep } from '../next-step.ts'

const a = aVictim()
const b = aVictim({ name: 'batch-2' })
const reserved = (overrides: Partial<EvictionDecision> = {}) => aDecision({ victims: [a, b], ...overrides })
const told = { 'batch-1': notified(), 'batch-2': notified() }
const waits = { kind: 'wait', untilMs: undefined }
const dueMs = decidedAtMs + noticeMs
const changedTo = (decision: EvictionDecision, change: Partial<EvictionDecision>, left: readonly string[] = []) => ({
  kind: 'become',
  decision: { ...decision, ...change, updatedAtMs: lookedAtMs },
  left,
})

describe('a reserved decision', () => {
  it('tells one after the other, and nobody twice', () => {
    const untold = aVictim({ name: 'batch-2', state: 'planned', labelled: false })
    expect(nextStep(reserved({ victims: [a, untold] }), seen())).toEqual({ kind: 'tell', victim: untold })
  })

  it('tells nobody and goes no further while everything is paused', () => {
    const look = seen({ paused: true, victims: told })
    expect(nextStep(reserved({ victims: [{ ...a, state: 'planned' }] }), look)).toEqual(waits)
    expect(nextStep(reserved(), look)).toEqual(waits)
  })

  it('waits for the plan while one has no proposal or no time yet', () => {
    expect(nextStep(reserved(), seen({ victims: { 'batch-1': notified() } }))).toEqual(waits)
    const look = seen({ victims: { ...told, 'batch-2': notified({ dueAtMs: undefined }) } })
    expect(nextStep(reserved(), look)).toEqual(waits)
  })

  it('waits for the end of the longest notice', () => {
    const victims = { ...told, 'batch-1': notified({ dueAtMs: dueMs + 5 }) }
    const at = (nowMs: number) =>
      nextStep(reserved(), seen({ nowMs, victims, reading: { version: 7, takenAtMs: nowMs } }))
    expect(at(dueMs + 4)).toEqual({ kind: 'wait', untilMs: dueMs + 5 })
    expect(at(dueMs + 5)).toEqual({ kind: 'validate' })
  })

  it('is checked on a reading that began at most five seconds before the end of the notice', () => {
    const on = (takenAtMs: number | undefined) =>
      nextStep(
        reserved(),
        seen({ victims: told, reading: takenAtMs === undefined ? undefined : { version: 7, takenAtMs } }),
      )
    expect(on(dueMs - 5000)).toEqual({ kind: 'validate' })
    expect(on(dueMs - 5001)).toEqual(waits)
    expect(on(undefined)).toEqual(waits)
  })

  it('is not checked on a reading from before the plan, when the notice was over before it', () => {
    const basis = { version: 3, takenAtMs: dueMs + 60_000 }
    const on = (takenAtMs: number) =>
      nextStep(reserved({ basis }), seen({ victims: told, reading: { version: 7, takenAtMs } }))
    expect(on(basis.takenAtMs - 5001)).toEqual(waits)
    expect(on(basis.takenAtMs - 5000)).toEqual({ kind: 'validate' })
  })

  it('is checked at once when everybody has left', () => {
    const victims = [{ ...a, ...leftWith('done') }]
    expect(nextStep(reserved({ victims }), seen())).toEqual({ kind: 'validate' })
  })

  it('is planned anew when somebody will not leave, all of them at once, though paused', () => {
    const c = aVictim({ name: 'batch-3' })
    const decision = reserved({ victims: [a, b, c] })
    const isProtected = aVerdict({ code: 'protected', sentence: 'It is protected.', facts: {} })
    const victims = {
      'batch-1': vetoed,
      'batch-2': notified(),
      'batch-3': { proposal: aProposal({ state: 'cancelled', verdict: isProtected }) },
    }
    const expected = changedTo(decision, {
      victims: [
        { ...a, state: 'stayed', outcome: 'Its owner has refused it.' },
        b,
        { ...c, state: 'stayed', outcome: 'It is protected.' },
      ],
      planAgain: {
        code: 'victim-stays',
        sentence: 'batch-1 does not leave: Its owner has refused it.',
        facts: { stays: `${idOf('batch-1')} ${idOf('batch-3')}` },
      },
    })
    expect(nextStep(decision, seen({ victims }))).toEqual(expected)
    expect(nextStep(decision, seen({ victims, paused: true }))).toEqual(expected)
  })

  it('notes who left by himself, and who left by Gleaner as evicted', () => {
    const decision = reserved()
    const itself = nextStep(decision, seen({ victims: { ...told, 'batch-2': gone } }))
    expect(itself).toEqual(changedTo(decision, { victims: [a, { ...b, ...leftWith('it was gone already') }] }))
    const byUs = nextStep(decision, seen({ victims: { ...told, 'batch-1': acted('done') } }))
    const left = { ...a, ...leftWith('the cloud says done') }
    expect(byUs).toEqual(changedTo(decision, { victims: [left, b] }, [idOf('batch-1')]))
  })

  it('looks at who stays before who has left: both are needed for another plan', () => {
    const first = nextStep(reserved(), seen({ victims: { 'batch-1': gone, 'batch-2': vetoed } }))
    expect(first).toMatchObject({ decision: { victims: [{ state: 'told' }, { state: 'stayed' }] } })
  })

  it('takes a proposal that was called off for a passing reason as nothing: it is made anew', () => {
    const passing = aProposal({ state: 'cancelled', verdict: aVerdict({ code: 'outranked' }), dueAtMs: dueMs })
    const look = seen({ victims: { ...told, 'batch-2': { ...stillThere, proposal: passing } } })
    expect(nextStep(reserved(), look)).toEqual({ kind: 'validate' })
  })
})
