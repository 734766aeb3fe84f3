// Brings the wishes of all capabilities about one instance or host into one. Of the candidates that would change an
// instance's state only the strongest stays; each other one is told that it was outranked, by whom and by which claim.
// Notices change nothing and compete with notices only; so it is with what changes the state of a host, and with each of the
// steps that set figures of a host. What is off takes no part.
//
// A candidate never displaces one that may do more than itself: an observing capability must not change what an enforcing
// one does, and within an observing capability a rule on trial must not change what is foreseen for the others. It stays
// beside it when its claim is stronger and it wants another action (recorded: what would have happened), and gives way
// when it is weaker. After arbitration no two candidates are about the same target and action.
import { type Candidate, hostSteps, isHostStep, type Policy, targetKey, type Verdict } from '@gleaner/model'
import { modeOffVerdict } from '../gate/checks/mode-off.ts'
import { effectiveMode } from '../gate/effective-mode.ts'
import { byStrength, isActing } from './strength.ts'

export interface Outranked {
  readonly candidate: Candidate
  readonly verdict: Verdict
}

export interface Arbitration {
  /** Strongest first; `mode` is the effective one. */
  readonly winners: readonly Candidate[]
  /** Outranked, or off. */
  readonly losers: readonly Outranked[]
}

interface Contender {
  readonly candidate: Candidate
  /** 2: may act; 1: would, if its capability did; 0: only observes. */
  readonly level: number
}

export function arbitrate(candidates: readonly Candidate[], policy: Policy): Arbitration {
  const winners: Candidate[] = []
  const losers: Outranked[] = []
  for (const group of byMatter(candidates, policy, losers).values()) {
    if (isSeveral(group)) {
      group.sort((a, b) => byStrength(a.candidate, b.candidate) || b.level - a.level)
      settle(
        group.filter(({ candidate }) => candidate.action !== 'notify'),
        winners,
        losers,
      )
      settle(
        group.filter(({ candidate }) => candidate.action === 'notify'),
        winners,
        losers,
      )
    } else winners.push(group.candidate)
  }
  return { winners: winners.sort(byStrength), losers }
}

/** `group` is sorted, strongest first. */
function settle(group: readonly Contender[], winners: Candidate[], losers: Outranked[]): void {
  const first = group[0]
  if (first === undefined) return
  let winner = first
  for (const contender of group) if (contender.level > winner.level) winner = contender
  const beside = first !== winner && first.candidate.action !== winner.candidate.action ? first : undefined
  for (const contender of group) {
    if (contender === winner || contender === beside) winners.push(contender.candidate)
    else {
      const by = beside !== undefined && contender.level <= beside.level ? beside : winner
      losers.push({ candidate: contender.candidate, verdict: outrankedBy(contender.candidate, by.candidate) })
    }
  }
}

function outrankedBy(candidate: Candidate, winner: Candidate): Verdict {
  return {
    code: 'outranked',
    sentence: `${winner.action} for "${winner.cause}" (${winner.claim}) goes before ${candidate.action} for "${candidate.cause}" (${candidate.claim}).`,
    facts: {
      byClaim: winner.claim,
      byCapability: winner.capability,
      byAction: winner.action,
      byCause: winner.cause,
      byPriority: winner.priority,
      claim: candidate.claim,
      priority: candidate.priority,
    },
  }
}

/** Nearly always one wants something: a list for each of tens of thousands would cost more than all the rest. */
type Contenders = Contender | Contender[]
const isSeveral = (group: Contenders): group is Contender[] => Array.isArray(group)

function byMatter(
  candidates: readonly Candidate[],
  policy: Policy,
  losers: Outranked[],
): ReadonlyMap<string, Contenders> {
  const groups = new Map<string, Contenders>()
  for (const candidate of candidates) {
    const mode = effectiveMode(candidate, policy)
    if (mode === 'off') {
      losers.push({ candidate, verdict: modeOffVerdict(candidate, policy) })
      continue
    }
    const judged = mode === candidate.mode ? candidate : { ...candidate, mode }
    const contender = { candidate: judged, level: isActing(mode) ? 2 : Number(isActing(candidate.mode)) }
    const matter = matterOf(candidate)
    const group = groups.get(matter)
    if (group === undefined) groups.set(matter, contender)
    else if (isSeveral(group)) group.push(contender)
    else groups.set(matter, [group, contender])
  }
  return groups
}

/** What a candidate competes for. */
function matterOf(candidate: Candidate): string {
  const { action } = candidate
  const key = targetKey(candidate)
  if (!isHostStep(action)) return key
  return hostSteps[action].changes === 'state' ? `${key} state` : `${key} ${action}`
}
