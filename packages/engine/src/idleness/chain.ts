// Rules of several steps: tell, then suspend, then delete, each so long after the one before. How far a rule has come with an
// instance is not kept anywhere: it follows from the journal (what the rule did last, untouched since) and from the notice that
// stands. So it survives a restart, and what ends the chain needs no bookkeeping:
//   - a person who changes the state, or has it changed, ends it, and so does another rule that acts;
//   - after a step that only told, the expression must hold still; after one that changed the state it cannot be asked any
//     more, so there the state must be the one that the step made;
//   - a rule that is switched off, does not cover the instance or is outside of its schedule takes no further step.
// A step that is due is a candidate like any other and passes the gate with its own confirmations, notice and grace.
import {
  type ActionKind,
  type Instance,
  type InstanceId,
  parseDurationMs,
  type Rule,
  targetState,
  type Verdict,
} from '@gleaner/model'
import { isoTime } from '../text/iso-time.ts'
import type { RuleMatches } from './rule-matches.ts'

/** A rule as one of its steps. */
export interface StepRule extends Omit<Rule, 'action'> {
  readonly action: ActionKind
}

/** The last step that changed the state of an instance, by a rule, where nobody has touched the instance since. */
export interface StandingStep {
  readonly cause: string
  readonly action: ActionKind
  readonly atMs: number
}

export interface ChainPast {
  /** Undefined also while the past is not known. */
  standing(instanceId: InstanceId): StandingStep | undefined
  /** At least those for whom `standing` has an answer. */
  touched(): Iterable<InstanceId>
  /** When the owner was told by the notice of this revision of the rule, while that notice stands. */
  toldAtMs(instanceId: InstanceId, rule: Pick<Rule, 'id' | 'revision'>): number | undefined
}

export interface ChainPlace {
  /** Which step was done last, counted from 1, and of how many. */
  readonly step: number
  readonly of: number
  readonly action: ActionKind
  readonly doneAtMs: number
  /** Undefined after the last. */
  readonly next: { readonly action: ActionKind; readonly grace: string; readonly dueAtMs: number } | undefined
}

/** Undefined while no step stands. `isMatched`: whether the expression holds for it now. */
export function placeInChain(
  rule: Rule,
  instance: Instance,
  { isMatched, past }: { readonly isMatched: boolean; readonly past: ChainPast },
): ChainPlace | undefined {
  const later = rule.steps ?? []
  if (later.length === 0) return undefined
  const actions: readonly ActionKind[] = [rule.action, ...later.map(({ action }) => action)]
  const place = (index: number, doneAtMs: number): ChainPlace => {
    const next = later[index]
    const afterMs = parseDurationMs(next?.after ?? '') ?? Number.POSITIVE_INFINITY
    return {
      step: index + 1,
      of: actions.length,
      action: actions[index] ?? rule.action,
      doneAtMs,
      next: next === undefined ? undefined : { action: next.action, grace: next.grace, dueAtMs: doneAtMs + afterMs },
    }
  }
  const standing = past.standing(instance.id)
  if (standing !== undefined && standing.cause === rule.name && targetState[standing.action] === instance.state) {
    const index = actions.lastIndexOf(standing.action)
    if (index !== -1) return place(index, standing.atMs)
  }
  if (rule.action !== 'notify' || !isMatched) return undefined
  const toldAtMs = past.toldAtMs(instance.id, rule)
  return toldAtMs === undefined ? undefined : place(0, toldAtMs)
}

export function chainSentence(rule: Pick<Rule, 'name'>, { step, of, action, doneAtMs, next }: ChainPlace): string {
  const done = `Step ${step} of ${of} of "${rule.name}" (${action}) was done at ${isoTime(doneAtMs)}`
  return next === undefined
    ? `${done}; it was the last.`
    : `${done}; the next (${next.action}) is due at ${isoTime(next.dueAtMs)} if nobody touches it until then.`
}

export interface ChainInput {
  readonly past: ChainPast
  readonly nowMs: number
  readonly instanceOf: (id: InstanceId) => Instance | undefined
  /** Whether the rule of this index is in force and surely covers the instance, whatever its expression says of it. */
  readonly stands: (ruleIndex: number, instance: Instance) => boolean
}

/** The matches with the steps that are due; the same object where no rule has steps. */
export function withChains(matches: RuleMatches, input: ChainInput): RuleMatches {
  const { past, nowMs, instanceOf, stands } = input
  const chains = matches.rules.flatMap((rule, index) =>
    rule.action !== 'delete' && (rule.steps ?? []).length > 0 ? [{ rule: rule as Rule, index }] : [],
  )
  if (chains.length === 0) return matches
  const rules: StepRule[] = [...matches.rules]
  const places = new Map<number, { readonly base: number; readonly action: ActionKind }>()
  const stepIndex = new Map<string, number>()
  for (const { rule, index } of chains)
    for (const { action, grace } of rule.steps ?? []) {
      stepIndex.set(`${index} ${action}`, rules.length)
      places.set(rules.length, { base: index, action })
      rules.push({ ...rule, action, grace })
    }
  const dueOf = (instance: Instance, matched: readonly number[]): number[] =>
    chains.flatMap(({ rule, index }) => {
      const place = placeInChain(rule, instance, { isMatched: matched.includes(index), past })
      if (place?.next === undefined || nowMs < place.next.dueAtMs || !stands(index, instance)) return []
      const due = stepIndex.get(`${index} ${place.next.action}`)
      return due === undefined ? [] : [due]
    })
  return {
    rules,
    reasons: matches.reasons,
    eachMatched(visit) {
      const seen = new Set<InstanceId>()
      matches.eachMatched((instance, matched) => {
        seen.add(instance.id)
        const due = dueOf(instance, matched)
        visit(instance, due.length === 0 ? matched : [...matched, ...due])
      })
      for (const id of past.touched()) {
        const instance = seen.has(id) ? undefined : instanceOf(id)
        if (instance === undefined) continue
        const due = dueOf(instance, [])
        if (due.length > 0) visit(instance, due)
      }
    },
    evidence(ruleIndex, instance) {
      const step = places.get(ruleIndex)
      if (step === undefined) return matches.evidence(ruleIndex, instance)
      return stepEvidence(rules[step.base] as Rule, instance, past)
    },
  }
}

function stepEvidence(rule: Rule, instance: Instance, past: ChainPast): Verdict {
  const place = placeInChain(rule, instance, { isMatched: true, past })
  return {
    code: 'step-due',
    sentence: place === undefined ? `A step of "${rule.name}" is due.` : chainSentence(rule, place),
    facts: { rule: rule.name, step: (place?.step ?? 0) + 1, of: place?.of ?? 0, sinceMs: place?.doneAtMs ?? null },
  }
}
