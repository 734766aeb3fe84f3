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
}

type Evidence = Map<string, Map<InstanceId, Known>>

export function createEvidenceMemory(perCycle = gatheredPerCycle): EvidenceMemory {
  let before: Evidence = new Map()
  let now: Evidence = new Map()
  let cycle = 0
  let turns = 1
  let asked = 0
  let left = perCycle
  return {
    begin(matches) {
      // What was not asked for in the last cycle is forgotten.
      before = now
      now = new Map()
      cycle++
      turns = Math.max(1, Math.ceil(matches / perCycle))
      asked = 0
      left = perCycle
    },
    evidence(rule, instance, gather) {
      const known = before.get(rule.id)?.get(instance.id)
      const isCurrent = known !== undefined && known.revision === rule.revision
      const isTurn = asked++ % turns === cycle % turns
      const due = !isCurrent || !known.gathered || isTurn
      const entry = due && left > 0 ? { revision: rule.revision, verdict: gather(), gathered: true } : undefined
      if (entry !== undefined) left--
      const kept = entry ?? (isCurrent ? known : standIn(rule, instance))
      const ofRule = now.get(rule.id)
      if (ofRule === undefined) now.set(rule.id, new Map([[instance.id, kept]]))
      else ofRule.set(instance.id, kept)
      return kept.verdict
    },
  }
}

function standIn(rule: Rule, instance: Instance): Known {
  const sentence = `Rule "${rule.name}" matches ${instance.name}.`
  const verdict: Verdict = { code: 'rule-matched', sentence, facts: { rule: rule.name, instance: instance.name } }
  return { revision: rule.revision, verdict, gathered: false }
}
