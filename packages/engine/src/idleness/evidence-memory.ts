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

/** What is known of one match; changed in place. */
interface Known {
  readonly instanceId: InstanceId
  /** 0 before there is a verdict. */
  revision: number
  verdict: Verdict | undefined
  /** False for the stand-in. */
  gathered: boolean
  /** The cycle in which it was asked for last, and the how manieth of its rule it was. */
  askedIn: number
  place: number
}

/** Matches come in the same order cycle after cycle: nearly all are found after the one before, without a look-up. */
interface OfRule {
  readonly byId: Map<InstanceId, Known>
  before: readonly Known[]
  /** Where in `before` the next one should be. */
  next: number
  now: Known[]
}

export function createEvidenceMemory(perCycle = gatheredPerCycle): EvidenceMemory {
  const byRule = new Map<string, OfRule>()
  let cycle = 0
  let turns = 1
  let asked = 0
  let left = perCycle
  return {
    begin(matches) {
      forget(byRule, cycle)
      cycle++
      turns = Math.max(1, Math.ceil(matches / perCycle))
      asked = 0
      left = perCycle
    },
    evidence(rule, instance, gather) {
      const ofRule = byRule.get(rule.id) ?? { byId: new Map(), before: [], next: 0, now: [] }
      byRule.set(rule.id, ofRule)
      const known = take(ofRule, instance.id, cycle)
      const isCurrent = known.verdict !== undefined && known.revision === rule.revision
      const isTurn = asked++ % turns === cycle % turns
      if ((!isCurrent || !known.gathered || isTurn) && left > 0) {
        left--
        known.verdict = gather()
        known.gathered = true
      } else if (!isCurrent) {
        known.verdict = standIn(rule, instance)
        known.gathered = false
      }
      known.revision = rule.revision
      return known.verdict as Verdict
    },
  }
}

function take(ofRule: OfRule, instanceId: InstanceId, cycle: number): Known {
  const { byId, before, now } = ofRule
  let known = before[ofRule.next]
  if (known?.instanceId !== instanceId || known.askedIn === cycle) {
    known = byId.get(instanceId) ?? {
      instanceId,
      revision: 0,
      verdict: undefined,
      gathered: false,
      askedIn: 0,
      place: 0,
    }
    byId.set(instanceId, known)
  }
  if (known.askedIn === cycle) return known
  if (known.askedIn === cycle - 1 && before[known.place] === known) ofRule.next = known.place + 1
  known.askedIn = cycle
  known.place = now.length
  now.push(known)
  return known
}

/** What was not asked for in that cycle; the others are expected in its order. */
function forget(byRule: Map<string, OfRule>, cycle: number): void {
  for (const [ruleId, ofRule] of byRule) {
    const { byId, before, now } = ofRule
    if (now.length < byId.size) for (const known of before) if (known.askedIn < cycle) byId.delete(known.instanceId)
    if (byId.size === 0) byRule.delete(ruleId)
    ofRule.before = now
    ofRule.next = 0
    ofRule.now = []
  }
}

function standIn(rule: Rule, instance: Instance): Verdict {
  const sentence = `Rule "${rule.name}" matches ${instance.name}.`
  return { code: 'rule-matched', sentence, facts: { rule: rule.name, instance: instance.name } }
}
