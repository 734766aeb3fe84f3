// The capability `idleness`: from the rules that match to what is wanted of each instance.
// Guarantees: at most one state-changing candidate by rules that may act, one by rules that observe and one notice per
// instance; no candidate for an action the cloud cannot do, that cannot begin in the state the instance is in, or whose
// state it already has; every rule that matched and was put aside is told with its reason.
// Leaves to others: everything that can hold an action up (the gate) and other capabilities (arbitration).
import {
  type Candidate,
  type CloudId,
  type Instance,
  isReclaiming,
  isTooStrong,
  movingStates,
  noYield,
  parseDurationMs,
  startStates,
  type TermsOfProjects,
  type Verdict,
  type Yield,
} from '@gleaner/model'
import type { ActionSupports } from '../ledger/action-support.ts'
import { type HoldingTable, holdingTable } from '../ledger/holding.ts'
import type { UsageAccess } from '../ledger/usage-access.ts'
import { type CapabilityAnswer, countReason, type ReasonCounts, type Refused } from '../plan/capability-answer.ts'
import type { StepRule } from './chain.ts'
import { chooseRules, orderRules, type RuleChoice, type Suitability } from './choose-rule.ts'
import type { RuleMatches } from './rule-matches.ts'
import { yieldOf } from './yield-of.ts'

export interface IdlenessInput {
  readonly matches: RuleMatches
  readonly supports: ActionSupports
  readonly usage: UsageAccess
  readonly nowMs: number
  /** What holds for the rules in single projects. */
  readonly projects: TermsOfProjects
}

export function proposeIdleness(input: IdlenessInput): CapabilityAnswer {
  const { matches, projects } = input
  const candidates: Candidate[] = []
  const refused: Refused[] = []
  const reasons: ReasonCounts = { ...matches.reasons }
  const choosing = { rules: matches.rules, order: orderRules(matches.rules), suits: suitsOf(input) }
  const yieldFor = yieldsOf(input)
  const graceMs = matches.rules.map((rule) => parseDurationMs(rule.grace) ?? Number.POSITIVE_INFINITY)
  matches.eachMatched((instance, matching) => {
    const choice = chooseRules(instance, matching, choosing)
    for (const index of choice.chosen) {
      const rule = matches.rules[index]
      if (rule === undefined) continue
      candidates.push({
        capability: 'idleness',
        claim: 'idleness',
        action: rule.action,
        setting: undefined,
        instanceId: instance.id,
        projectId: instance.projectId,
        hostId: instance.hostId,
        cause: rule.name,
        ruleId: rule.id,
        ruleRevision: rule.revision,
        mode: rule.mode,
        priority: rule.priority,
        graceMs: Math.max(
          graceMs[index] ?? Number.POSITIVE_INFINITY,
          projects.get(instance.projectId)?.limits.graceMs ?? 0,
        ),
        reason: matches.evidence(index, instance),
        gives: yieldFor(rule, instance),
      })
    }
    for (const { rule: index, why } of choice.aside) {
      const rule = matches.rules[index]
      if (rule === undefined) continue
      countReason(reasons, why)
      const verdict = asideVerdict(rule, instance, why)
      const { id: instanceId, hostId } = instance
      refused.push({ instanceId, hostId, action: rule.action, cause: rule.name, verdict })
    }
  })
  return { candidates, refused, reasons }
}

function suitsOf({
  supports,
  projects,
}: Pick<IdlenessInput, 'supports' | 'projects'>): (rule: StepRule, instance: Instance) => Suitability {
  return ({ action }, instance) => {
    if (isTooStrong(action, projects.get(instance.projectId)?.limits)) return 'project-limit'
    if (action !== 'notify' && supports.get(instance.cloudId)?.has(action) !== true) return 'action-unsupported'
    // A moving instance is judged by where it arrives; the gate holds the step until then.
    const { state } = instance
    return startStates[action].includes(state) || movingStates.includes(state) ? 'suitable' : 'state-not-suitable'
  }
}

function yieldsOf({ supports, usage, nowMs }: IdlenessInput): (rule: StepRule, instance: Instance) => Yield {
  const tables = new Map<CloudId, HoldingTable>()
  return ({ action }, instance) => {
    if (!isReclaiming(action)) return noYield
    const support = supports.get(instance.cloudId)
    const holding = tables.get(instance.cloudId) ?? holdingTable(support)
    tables.set(instance.cloudId, holding)
    return yieldOf(instance, { action, givesBack: support?.get(action), holding, usage, nowMs })
  }
}

function asideVerdict(rule: StepRule, instance: Instance, why: RuleChoice['aside'][number]['why']): Verdict {
  const sentences = {
    'already-there': `${instance.name} is ${instance.state} already, as "${rule.name}" wants it.`,
    'state-not-suitable': `${instance.name} is ${instance.state}; ${rule.action} of "${rule.name}" cannot begin there.`,
    'action-unsupported': `The cloud ${instance.cloudId} cannot ${rule.action} an instance, as "${rule.name}" wants it.`,
    'project-limit': `The limits of the project of ${instance.name} allow nothing so severe as ${rule.action} of "${rule.name}".`,
    outranked: `Another rule goes before "${rule.name}".`,
    'mode-off': `The rule "${rule.name}" is off.`,
  } as const
  return {
    code: why,
    sentence: sentences[why],
    facts: { rule: rule.name, action: rule.action, state: instance.state, priority: rule.priority },
  }
}
