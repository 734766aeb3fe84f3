// What may be lent of a host: by the estimate, without one, with one that is too old, and which hosts are fenced for it.
import type { HostLedger } from '@gleaner/model'
import { aHost, anInstance, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { holdingTable } from '../ledger/holding.ts'
import { ledgerLine } from '../ledger/ledger-line.ts'
import { anEstimate } from '../testing/an-estimate.ts'
import { isFenced, lendableRoom, type LendingQuestion } from './lendable-room.ts'

const hourMs = 3_600_000
const host = aHost({ cores: 20, reservedCores: 0, memoryMiB: 20_480, reservedMemoryMiB: 0, coreRatio: 4 })
const firm = (name: string, vcpus: number) => anInstance({ name, hostId: host.id, vcpus, memoryMiB: vcpus * 1024 })
/** Sold: 24 cores of 20, 24 GiB of 20. */
const instances = [firm('a', 12), firm('b', 12), anInstance({ name: 'spot', firmness: 'preemptible', vcpus: 2 })]
const known = new Set(instances.map(({ id }) => id))

function ledger(measured: number, leased = 0): HostLedger {
  const line = (physical: number, share: number) =>
    ledgerLine({
      physical,
      reserved: 0,
      booked: 24 * share,
      used: undefined,
      firmPeak: measured * share,
      measuredPeak: measured * share,
      estimatedPeak: undefined,
      leased: leased * share,
      lent: 2 * share,
      headroomShare: 0.1,
      ratio: 4,
    })
  return { hostId: host.id, cores: line(20, 1), memoryMiB: line(20_480, 1024), measured: true }
}

const estimate = anEstimate(host, { cores: 8, memoryMiB: 8192, atMs: testStartMs })
const question: LendingQuestion = {
  host,
  instances,
  holding: holdingTable(undefined),
  estimate: { estimate, known, keepMs: 3 * hourMs, nowMs: testStartMs },
  ledger: ledger(6),
  rule: 'larger',
  headroomShare: 0.1,
}
const at = (nowMs: number) => ({ estimate, known, keepMs: 3 * hourMs, nowMs })

describe('what may be lent', () => {
  it('is what can be used less the estimated peak and the headroom, sold or not', () => {
    expect(lendableRoom(question)).toEqual({
      vcpus: 20 - 2 - 8,
      ramMiB: 20_480 - 2048 - 8192,
      unsold: { vcpus: 0, ramMiB: 0 },
      basis: 'estimate',
    })
  })

  it('is less where more was used lately than is estimated, and where something is leased', () => {
    expect(lendableRoom({ ...question, ledger: ledger(11) }).vcpus).toBe(20 - 2 - 11)
    expect(lendableRoom({ ...question, ledger: ledger(6, 3) }).vcpus).toBe(20 - 2 - 8 - 3)
  })

  it('rests on the estimate alone only where the ledger does', () => {
    expect(lendableRoom({ ...question, ledger: ledger(11), rule: 'estimate' }).vcpus).toBe(10)
    expect(lendableRoom({ ...question, ledger: ledger(6), rule: 'measured' }).vcpus).toBe(10)
  })

  it('is less by all that was promised to who came since the estimate', () => {
    const later = [...instances, firm('new', 4)]
    expect(lendableRoom({ ...question, instances: later }).vcpus).toBe(20 - 2 - 8 - 4)
  })

  it('is nothing of what is sold without an estimate, with one that is too old, from the future, or of nothing', () => {
    expect(lendableRoom({ ...question, estimate: undefined })).toMatchObject({ vcpus: 0, ramMiB: 0, basis: 'none' })
    expect(lendableRoom({ ...question, ledger: undefined })).toMatchObject({ vcpus: 0, ramMiB: 0, basis: 'none' })
    expect(lendableRoom({ ...question, estimate: at(testStartMs + 3 * hourMs) }).basis).toBe('estimate')
    for (const nowMs of [testStartMs + 3 * hourMs + 1, testStartMs - hourMs])
      expect(lendableRoom({ ...question, estimate: at(nowMs) })).toMatchObject({ vcpus: 0, ramMiB: 0, basis: 'stale' })
    const blind = anEstimate(host, { cores: 8, memoryMiB: 8192, atMs: testStartMs, measuredAtMs: undefined })
    expect(lendableRoom({ ...question, estimate: { ...at(testStartMs), estimate: blind } })).toMatchObject({
      vcpus: 0,
      ramMiB: 0,
      basis: 'none',
    })
  })

  it('is what was never sold in any case', () => {
    const few = { ...question, instances: instances.slice(1), estimate: undefined }
    expect(lendableRoom(few)).toMatchObject({ vcpus: 20 - 2 - 12, unsold: { vcpus: 6 } })
  })
})

describe('a host is fenced', () => {
  const fence = { property: 'CUSTOM_LENT', value: true }

  it.each([
    ['by a trait', { CUSTOM_LENT: true }, true],
    ['by the text of an aggregate', { CUSTOM_LENT: 'True' }, true],
    ['not by another value', { CUSTOM_LENT: 'false' }, false],
    ['not by another property', { CUSTOM_OTHER: true }, false],
  ])('%s', (_, properties, is) => {
    expect(isFenced(aHost({ properties }), fence)).toBe(is)
  })

  it('by a value of its own; never a desktop, nor one without properties', () => {
    expect(isFenced(aHost({ properties: { rack: 'rack-1' } }), { property: 'rack', value: 'rack-1' })).toBe(true)
    expect(isFenced(aHost({ properties: { CUSTOM_LENT: true }, kind: 'desktop' }), fence)).toBe(false)
    expect(isFenced(aHost(), fence)).toBe(false)
  })
})
