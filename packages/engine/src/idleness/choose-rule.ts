// Which of the matching rules decides about an instance. The rules are a desired state, read from the highest priority
// down. Between equal priorities what gives back (start, resume) goes before what takes away, then the severer action
// (shelve, stop, suspend, pause: an escalation by growing idleness works as written), then the name.
//
// The first rule whose action can begin in the instance's state and that the cloud can do wins. A rule whose state the
// instance has already is content: it asks for nothing, but no rule below it may pull the other way. So "keep running
// from 8 to 18" above "suspend when idle" keeps instances running instead of letting the two take turns, while "shelve
// after two weeks" below "suspend after a day" still gets its turn.
//
// A rule that only observes must not change what the others do. So the rules that may act are read first and alone; the
// best observing rule is recorded beside them if it wants something else. Notices are read apart: telling excludes nothing.
import { type ActionKind, type Instance, isReclaiming, targetState } from '@gleaner/model'
import type { StepRule } from './chain.ts'

export type Suitability = 'suitable' | 'already-there' | 'state-not-suitable' | 'action-unsupported' | 'project-limit'

export interface RuleChoice {
  /** Indices of the rules that become candidates. */
  readonly chosen: readonly number[]
  /** Rules that matched and were put aside, with the reason. */
  readonly aside: readonly {
    readonly rule: number
    readonly why: Exclude<Suitability, 'suitable'> | 'outranked' | 'mode-off'
  }[]
}

export interface RuleOrder {
  /** Position of each rule in the order described above. */
  readonly rank: readonly number[]
}

const severity: readonly ActionKind[] = [
  'start',
  'resume',
  'return-memory',
  'delete',
  'shelve',
  'stop',
  'suspend',
  'pause',
  'balloon',
  'notify',
]

export function orderRules(rules: readonly StepRule[]): RuleOrder {
  const sorted = rules
    .map((rule, index) => ({ rule, index }))
    .sort(
      (a, b) =>
        b.rule.priority - a.rule.priority ||
        severity.indexOf(a.rule.action) - severity.indexOf(b.rule.action) ||
        (a.rule.name < b.rule.name ? -1 : 1),
    )
  const rank: number[] = []
  for (const [position, { index }] of sorted.entries()) rank[index] = position
  return { rank }
}

export interface ChoiceInput {
  readonly rules: readonly StepRule[]
  readonly order: RuleOrder
  readonly suits: (rule: StepRule, instance: Instance) => Suitability
}

export function chooseRules(instance: Instance, matching: readonly number[], input: ChoiceInput): RuleChoice {
  const { rules, order } = input
  const [only] = matching
  if (matching.length === 1 && only !== undefined) return chooseOnly(instance, only, input)
  const aside: RuleChoice['aside'][number][] = []
  const sorted = matching.toSorted((a, b) => (order.rank[a] ?? 0) - (order.rank[b] ?? 0))
  const acting: number[] = []
  const observing: number[] = []
  const telling: number[] = []
  for (const index of sorted) {
    const rule = rules[index]
    if (rule === undefined) continue
    if (rule.mode === 'off') aside.push({ rule: index, why: 'mode-off' })
    else if (rule.action === 'notify') telling.push(index)
    else if (rule.mode === 'observe') observing.push(index)
    else acting.push(index)
  }
  const read = (list: readonly number[]) => {
    let winner: number | undefined
    /** Which way the rules that are content pull: true for taking away. */
    let content: boolean | undefined
    for (const index of list) {
      const rule = rules[index]
      if (rule === undefined) continue
      const suits = suitability(rule, instance, input)
      const takes = isReclaiming(rule.action)
      if (suits !== 'suitable') aside.push({ rule: index, why: suits })
      else if (winner !== undefined || (content !== undefined && content !== takes))
        aside.push({ rule: index, why: 'outranked' })
      else winner = index
      if (suits === 'already-there' && winner === undefined) content ??= takes
    }
    return winner
  }
  const chosen = [read(acting), read(observing), read(telling)].filter((index) => index !== undefined)
  const [first, second] = chosen
  // The same action by an observing rule is no second proposal: the acting rule has it.
  if (first !== undefined && second !== undefined && rules[first]?.action === rules[second]?.action) {
    aside.push({ rule: second, why: 'outranked' })
    chosen.splice(1, 1)
  }
  return { chosen, aside }
}

/** The usual case without the sorting: one rule matches. */
function chooseOnly(instance: Instance, only: number, input: ChoiceInput): RuleChoice {
  const rule = input.rules[only]
  if (rule === undefined) return { chosen: nothing, aside: [] }
  const why = rule.mode === 'off' ? 'mode-off' : suitability(rule, instance, input)
  return why === 'suitable' ? { chosen: [only], aside: nothing } : { chosen: nothing, aside: [{ rule: only, why }] }
}

const nothing: readonly never[] = []

function suitability(rule: StepRule, instance: Instance, input: ChoiceInput): Suitability {
  return targetState[rule.action] === instance.state ? 'already-there' : input.suits(rule, instance)
}
