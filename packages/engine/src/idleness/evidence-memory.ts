// Explaining a match costs some fifty times as much as finding it. A memory keeps the evidence of each match from cycle to
// cycle and gathers in turns: about 2,000 per cycle, so that up to that many matches all evidence is fresh every time and
// of 30,000 none is older than fifteen cycles. A match seen for the first time, or by another revision of its rule, is
// explained at once while there is room in the cycle; beyond that it says only that the rule matches until its turn comes.
import type { Instance, InstanceId, Rule, Verdict } from '@gleaner/model'

const gatheredPerCycle = 2000

export interface EvidenceMemory {
  /** A new cycle, with about this many matches. */
  begin(matches: number): void
  evidence(rule: Rule, instance: Instance, gather: () => Verdict): Verdict
}

interface Known {
  readonly revision: number
  readonly verdict: Verdict
  /** False for the stand-in. */
  readonly gathered: boolean
  /** The cycle in which it was asked for last: after one without, it is forgotten. */
  askedIn: number
}

export function createEvidenceMemory(perCycle = gatheredPerCycle): EvidenceMemory {
  const byRule = new Map<string, Map<InstanceId, Known>>()
  let cycle = 0
  let turns = 1
  let asked = 0
  let left = perCycle
  return {
    begin(matches) {
      dropBefore(byRule, cycle)
      cycle++
      turns = Math.max(1, Math.ceil(matches / perCycle))
      asked = 0
      left = perCycle
    },
    evidence(rule, instance, gather) {
      const ofRule = byRule.get(rule.id) ?? new Map<InstanceId, Known>()
      byRule.set(rule.id, ofRule)
      const known = ofRule.get(instance.id)
      const isCurrent = known !== undefined && known.revision === rule.revision
      const isTurn = asked++ % turns === cycle % turns
      const due = !isCurrent || !known.gathered || isTurn
      if (due && left > 0) {
        left--
        const fresh = { revision: rule.revision, verdict: gather(), gathered: true, askedIn: cycle }
        ofRule.set(instance.id, fresh)
        return fresh.verdict
      }
      const kept = isCurrent ? known : { ...standIn(rule, instance), askedIn: cycle }
      kept.askedIn = cycle
      if (kept !== known) ofRule.set(instance.id, kept)
      return kept.verdict
    },
  }
}

/** Forgets what was not asked for in that cycle. */
function dropBefore(byRule: Map<string, Map<InstanceId, Known>>, cycle: number): void {
  for (const [ruleId, ofRule] of byRule) {
    for (const [id, known] of ofRule) if (known.askedIn < cycle) ofRule.delete(id)
    if (ofRule.size === 0) byRule.delete(ruleId)
  }
}

function standIn(rule: Rule, instance: Instance): Omit<Known, 'askedIn'> {
  const sentence = `Rule "${rule.name}" matches ${instance.name}.`
  const verdict: Verdict = { code: 'rule-matched', sentence, facts: { rule: rule.name, instance: instance.name } }
  return { revision: rule.revision, verdict, gathered: false }
}
