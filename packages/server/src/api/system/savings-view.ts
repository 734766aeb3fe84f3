// The savings of the past day as the status shows them, and what the open proposals would add. The journal is read again
// only when the plan has changed or half a minute has passed: the status is asked for often.
import { type Proposal, type SavingsView, isReclaiming } from '@gleaner/model'
import type { Application } from '../../application.ts'
import { timeText } from '../view/time-text.ts'
import type { WorldIndex } from '../view/world-index.ts'
import { type Savings, savingsOf } from './savings.ts'

const spanMs = 86_400_000
/** An instance that was reclaimed so long before the span no longer counts as saved by Gleaner. */
export const savingsReachMs = 30 * 86_400_000
const keptForMs = 30_000

interface Kept {
  readonly savings: Savings
  readonly fromMs: number
  readonly toMs: number
  readonly plan: unknown
}

const kept = new WeakMap<Application, Kept>()

export async function savingsView(app: Application, world: WorldIndex): Promise<SavingsView> {
  const { savings, fromMs, toMs } = await current(app, world)
  return {
    from: timeText(fromMs),
    to: timeText(toMs),
    actionsDone: savings.actionsDone,
    physicalCoreHours: savings.hours.physicalCores,
    physicalMemoryGiBHours: savings.hours.physicalMemoryMiB / 1024,
    sellableCoreHours: savings.hours.sellableCores,
    sellableMemoryGiBHours: savings.hours.sellableMemoryMiB / 1024,
    now: savings.now,
    would: wouldGive(app.state.proposals),
  }
}

async function current(app: Application, world: WorldIndex): Promise<Kept> {
  const toMs = app.clock.nowMs()
  const last = kept.get(app)
  if (last !== undefined && last.plan === app.state.plan && toMs - last.toMs < keptForMs * app.clock.speed) return last
  const fromMs = toMs - spanMs
  const [journal, holds] = await Promise.all([
    app.store.journal.since(fromMs - savingsReachMs),
    app.store.holds.since(fromMs - savingsReachMs),
  ])
  const found: Kept = {
    savings: savingsOf({ journal, instanceById: world.instanceById, holds, fromMs, toMs }),
    fromMs,
    toMs,
    plan: app.state.plan,
  }
  kept.set(app, found)
  return found
}

/** Each instance counts once, with the strongest of its proposals. */
function wouldGive(proposals: ReadonlyMap<string, readonly Proposal[]>): SavingsView['would'] {
  const sum = { instances: 0, physicalCores: 0, physicalMemoryMiB: 0, sellableCores: 0, sellableMemoryMiB: 0 }
  for (const list of proposals.values()) {
    const first = list.find((proposal) => isReclaiming(proposal.action))
    if (first === undefined) continue
    sum.instances++
    sum.physicalCores += first.gives.physicalCores
    sum.physicalMemoryMiB += first.gives.physicalMemoryMiB
    sum.sellableCores += first.gives.sellableCores
    sum.sellableMemoryMiB += first.gives.sellableMemoryMiB
  }
  return sum
}
