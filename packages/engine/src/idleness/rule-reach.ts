// How far a rule goes in one project: what it would do there by the gate that its steps pass, not by what is written in it. The modes
// of the rule, of the capability and of the project count, the strictest of them; a notice is never shorter than the project
// has it; what is severer than the project allows is not done; and where the project has opted out nothing is.
import {
  type ActionKind,
  formatDurationMs,
  isTooStrong,
  type Mode,
  optOutAt,
  parseDurationMs,
  type Policy,
  type ProjectId,
  type RuleDefinition,
} from '@gleaner/model'
import { effectiveMode } from '../gate/effective-mode.ts'

export interface ReachedStep {
  readonly action: ActionKind
  readonly graceMs: number
  /** Severer than the project allows. */
  readonly isBarred: boolean
}

export interface RuleReach {
  readonly mode: Mode
  readonly hasOptedOut: boolean
  /** The action of the rule, then its later steps. */
  readonly steps: readonly ReachedStep[]
}

export interface ReachPolicy {
  readonly policy: Policy
  readonly nowMs: number
}

/** Without a project: as it is written, under the mode of the capability. */
export function ruleReach(
  definition: RuleDefinition,
  projectId: ProjectId | undefined,
  { policy, nowMs }: ReachPolicy,
): RuleReach {
  const terms = projectId === undefined ? undefined : policy.projects.get(projectId)
  const { action, grace, mode, steps = [] } = definition
  return {
    mode: effectiveMode({ capability: 'idleness', claim: 'idleness', mode, action, projectId }, policy),
    hasOptedOut: optOutAt(terms, nowMs) !== undefined,
    steps: [{ action, grace }, ...steps].map((step) => ({
      action: step.action,
      graceMs: Math.max(parseDurationMs(step.grace) ?? Number.POSITIVE_INFINITY, terms?.limits.graceMs ?? 0),
      isBarred: isTooStrong(step.action, terms?.limits),
    })),
  }
}

/** In what it differs from what is written; undefined where it does not. */
export function reachDifference(reach: RuleReach, written: RuleReach): string | undefined {
  if (reach.hasOptedOut) return 'nothing, for it has opted out of the rules'
  const parts = reach.steps.flatMap(({ action, graceMs, isBarred }, nth) => {
    const writtenMs = written.steps[nth]?.graceMs ?? graceMs
    if (isBarred) return [`no ${action}`]
    if (graceMs === writtenMs) return []
    return [`${action} after a notice of ${formatDurationMs(graceMs)}, not ${formatDurationMs(writtenMs)}`]
  })
  const mode = reach.mode === written.mode ? [] : [`no further than ${reach.mode}`]
  const all = [...parts, ...mode]
  return all.length === 0 ? undefined : all.join('; ')
}
