// No data is never idle: an instance that may use cores must have a recent usage sample. One that is paused, suspended or
// stopped uses none and has nothing to measure. A host must have one for the steps that rest upon its usage.
import { hostSteps, isHostStep, targetId } from '@gleaner/model'
import { holdingTable } from '../../ledger/holding.ts'
import { isSampleFresh } from '../../ledger/sample-age.ts'
import { isoTime } from '../../text/iso-time.ts'
import type { GateStep } from '../gate-world.ts'
import type { Check } from './check.ts'

const holding = holdingTable(undefined)

export function needsUsage(step: Pick<GateStep, 'kind' | 'instance' | 'proposal'>): boolean {
  const { action } = step.proposal
  if (isHostStep(action)) return hostSteps[action].needsUsage
  if (step.kind !== 'reclaim' && step.kind !== 'consolidate') return false
  return step.instance === undefined || holding(step.instance.state).cores
}

export const usageFresh: Check = (step) => {
  const { proposal, world } = step
  if (!needsUsage(step)) return undefined
  const slot = world.usage.slotOf(targetId(proposal))
  const lastAtMs = slot < 0 ? Number.NaN : world.usage.lastAtMs(slot)
  if (isSampleFresh(lastAtMs, world.policy, world.nowMs)) return undefined
  const name = step.instance?.name ?? step.host?.name ?? targetId(proposal)
  return {
    code: 'telemetry-stale',
    sentence: Number.isNaN(lastAtMs)
      ? `${name} has no usage data.`
      : `The last usage sample of ${name} is of ${isoTime(lastAtMs)}, which cannot stand for the present.`,
    facts: { lastAtMs: Number.isNaN(lastAtMs) ? null : lastAtMs, maxAgeMs: world.policy.telemetryMaxAgeMs },
  }
}
