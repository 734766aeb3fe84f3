// Several rules match one instance: which one speaks. Only a rule whose action can begin in the instance's state takes
// part; one that would lead to where the instance already is, or cannot begin there, is set aside with its reason.
// Of the others the higher priority wins; at equal priority what gives back (start, resume) goes before what takes away,
// then the severer (shelve, stop, suspend, pause, notify: an escalation of rules by growing idleness works as written),
// then the name in alphabetical order. Rules that only observe never stand in the way of rules that act.
import { type Instance, type ReasonCode, type RuleDefinition, startStates, targetState } from '@gleaner/model'

export type MatchStanding = 'chosen' | 'observed' | 'set-aside'

export interface ResolvedMatch {
  /** Index of the rule in the program. */
  readonly rule: number
  readonly standing: MatchStanding
  readonly code: Extract<ReasonCode, 'rule-matched' | 'outranked' | 'already-there' | 'state-not-suitable'>
  /** The rule that outranks it. */
  readonly outrankedBy: number | undefined
}

const severity: readonly RuleDefinition['action'][] = [
  'notify',
  'pause',
  'suspend',
  'stop',
  'shelve',
  'resume',
  'start',
]

/** At most one is `chosen`: the best of those in mode advise or enforce. The best of the observing ones is `observed`. */
export function resolveMatches(
  instance: Pick<Instance, 'state'>,
  matched: readonly number[],
  definitions: readonly RuleDefinition[],
): readonly ResolvedMatch[] {
  const ranked = matched
    .map((rule) => ({ rule, definition: definitions[rule] as RuleDefinition }))
    .sort(({ definition: a }, { definition: b }) => {
      const bySeverity = severity.indexOf(b.action) - severity.indexOf(a.action)
      return b.priority - a.priority || bySeverity || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
    })
  let acting: number | undefined
  let observing: number | undefined
  return ranked.map(({ rule, definition }): ResolvedMatch => {
    const { action } = definition
    if (action !== 'notify' && targetState[action] === instance.state)
      return { rule, standing: 'set-aside', code: 'already-there', outrankedBy: undefined }
    if (!startStates[action].includes(instance.state))
      return { rule, standing: 'set-aside', code: 'state-not-suitable', outrankedBy: undefined }
    const acts = definition.mode === 'advise' || definition.mode === 'enforce'
    const outrankedBy = acting ?? (acts ? undefined : observing)
    if (outrankedBy !== undefined) return { rule, standing: 'set-aside', code: 'outranked', outrankedBy }
    if (acts) acting = rule
    else observing = rule
    return { rule, standing: acts ? 'chosen' : 'observed', code: 'rule-matched', outrankedBy: undefined }
  })
}
