// What was given back over a span, in groups. What a caller may not see does not count.
import {
  GleanerError,
  type JournalEntry,
  type SavingsGroup,
  type SavingsReport,
  type endpoints,
  joulesPerKWh,
  parseDurationMs,
} from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { timeText } from '../view/time-text.ts'
import { savingsReachMs } from './savings-view.ts'
import { hourKey } from './saved-energy.ts'
import { type Savings, type SavingsInput, hoursBefore, savingsBy, savingsOf } from './savings.ts'

const weekMs = 7 * 86_400_000
/** The journal of the span is read as a whole. */
const longestMs = 366 * 86_400_000

export const getSavings: Handler<typeof endpoints.getSavings> = async ({ app, query, sight, world }) => {
  const lengthMs = query.for === undefined ? weekMs : (parseDurationMs(query.for) ?? 0)
  if (lengthMs <= 0 || lengthMs > longestMs)
    throw new GleanerError('request-invalid', { detail: `for: "${query.for}" is not between 1s and 366d` })
  const toMs = app.clock.nowMs()
  const fromMs = toMs - lengthMs
  const [journal, holds] = await Promise.all([
    app.store.journal.since(fromMs - savingsReachMs),
    app.store.holds.since(fromMs - savingsReachMs),
  ])
  const index = world()
  const seen: SavingsInput = {
    journal: journal.filter(({ projectId }) => sight.sees(projectId)),
    instanceById: index.instanceById,
    holds,
    fromMs,
    toMs,
  }
  const hours = await app.store.energy.tenantHours(hoursBefore(seen))
  const input = { ...seen, hours: new Map(hours.map((hour) => [hourKey(hour), hour])) }
  const by = query.by ?? 'rule'
  const keyOf: Readonly<Record<SavingsGroup, (entry: JournalEntry) => string>> = {
    rule: ({ cause }) => cause,
    project: ({ projectId }) => (projectId === undefined ? '' : index.projectName(projectId)),
    action: ({ action }) => action,
    capability: ({ capability }) => capability,
  }
  return {
    from: timeText(fromMs),
    to: timeText(toMs),
    by,
    items: savingsBy(input, keyOf[by]).map((group) => ({ key: group.key, ...sumView(group) })),
    total: sumView(savingsOf(input)),
  }
}

function sumView({ actionsDone, undone, hours, now, energy }: Savings): SavingsReport['total'] {
  return {
    actionsDone,
    undone,
    physicalCoreHours: hours.physicalCores,
    physicalMemoryGiBHours: hours.physicalMemoryMiB / 1024,
    sellableCoreHours: hours.sellableCores,
    sellableMemoryGiBHours: hours.sellableMemoryMiB / 1024,
    now,
    energy: {
      ...(energy.knownOf === 0 ? {} : { kWh: energy.savedJ / joulesPerKWh }),
      knownOf: energy.knownOf,
      unknownOf: energy.unknownOf,
    },
  }
}
