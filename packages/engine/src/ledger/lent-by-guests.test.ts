import type { HostLedger, InstanceId, MemoryLoan } from '@gleaner/model'
import { aHost, aJournalEntry, anInstance } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { ledgerLine } from './ledger-line.ts'
import { withGuestsLent } from './lent-by-guests.ts'

const line = ledgerLine({
  physical: 8,
  reserved: 0,
  booked: 4,
  used: 1,
  firmPeak: 2,
  measuredPeak: 2,
  estimatedPeak: undefined,
  leased: 0,
  lent: 0,
  headroomShare: 0,
  ratio: 1,
})
const hosts = ['hv-1', 'hv-2'].map((name) => aHost({ name }))
const ledgers: readonly HostLedger[] = hosts.map(({ id }) => ({
  hostId: id,
  cores: line,
  memoryMiB: line,
  measured: true,
}))

function loan(name: string, physicalMemoryMiB: number): MemoryLoan {
  const { id } = anInstance({ name })
  const gives = { physicalCores: 0, physicalMemoryMiB, sellableCores: 0, sellableMemoryMiB: 0 }
  return { instanceId: id, entry: aJournalEntry({ instanceId: id, gives }), lastReturn: undefined }
}

it('guests that have left memory are counted on their host, with what they left, and change no sum of it', () => {
  const on = new Map<InstanceId, string>(
    ['a', 'b', 'gone'].map((name) => [anInstance({ name }).id, name === 'gone' ? '' : 'hv-2']),
  )
  const hostOf = ({ instanceId }: MemoryLoan) => hosts.find(({ name }) => name === on.get(instanceId))?.id
  const [first, second] = withGuestsLent(ledgers, [loan('a', 512), loan('b', 256), loan('gone', 1024)], hostOf)
  expect(first).toBe(ledgers[0])
  expect(second).toEqual({ ...ledgers[1], lentByGuests: { guests: 2, memoryMiB: 768 } })
})

it('without a loan the ledgers are the same', () => {
  expect(withGuestsLent(ledgers, [], () => hosts[0]?.id)).toBe(ledgers)
})
