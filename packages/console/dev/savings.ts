// What the fake server gave back: as much for each entry of its journal as if the action had lasted for half a day.
import type { JournalView, ResponseOf, SavingsGroup, endpoints } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'

type Report = ResponseOf<(typeof endpoints)['getSavings']>

const hours = 12

export function savingsOf(state: FakeState, by: SavingsGroup): Report {
  const done = state.journal.filter((entry) => entry.state === 'done')
  const keyOf: Readonly<Record<SavingsGroup, (entry: JournalView) => string>> = {
    rule: ({ cause }) => cause,
    project: ({ project }) => project ?? '',
    action: ({ action }) => action,
    capability: ({ capability }) => capability,
  }
  const keys = [...new Set(done.map(keyOf[by]))]
  return {
    from: state.iso(-7 * 86_400_000),
    to: state.iso(),
    by,
    items: keys.map((key) => ({ key, ...sum(done.filter((entry) => keyOf[by](entry) === key)) })),
    total: sum(done),
  }
}

function sum(entries: readonly JournalView[]): Report['total'] {
  const total = (read: (entry: JournalView) => number) => entries.reduce((so, entry) => so + read(entry), 0)
  const memoryMiB = total(({ gives }) => gives.physicalMemoryMiB)
  const known = entries.filter((_, nth) => nth % 4 !== 3)
  return {
    actionsDone: entries.length,
    undone: Math.floor(entries.length / 4),
    physicalCoreHours: total(({ gives }) => gives.physicalCores) * hours,
    physicalMemoryGiBHours: (memoryMiB / 1024) * hours,
    sellableCoreHours: total(({ gives }) => gives.sellableCores) * hours,
    sellableMemoryGiBHours: (total(({ gives }) => gives.sellableMemoryMiB) / 1024) * hours,
    now: {
      instances: entries.length,
      physicalCores: total(({ gives }) => gives.physicalCores),
      physicalMemoryMiB: memoryMiB,
    },
    // As if every fourth were on a host that nobody meters, and the work of the others had drawn 8 W a core.
    energy: {
      ...(known.length === 0
        ? {}
        : { kWh: (known.reduce((so, { gives }) => so + gives.physicalCores, 0) * 8 * hours) / 1000 }),
      knownOf: known.length,
      unknownOf: entries.length - known.length,
    },
  }
}
