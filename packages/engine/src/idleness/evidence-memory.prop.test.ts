// Matches come, go, return and change their order, rules are revised: what is told, and who is explained when, is what plain
// tables of all that was told in the cycle before would give.
import { type Instance, type Rule, type Verdict } from '@gleaner/model'
import { anInstance, aRule } from '@gleaner/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEvidenceMemory } from './evidence-memory.ts'

interface Entry {
  readonly revision: number
  readonly sentence: string
  readonly gathered: boolean
}

/** The rule of turns, as plainly as it can be said. */
function plainMemory(perCycle: number) {
  let before = new Map<string, Entry>()
  let now = new Map<string, Entry>()
  let cycle = 0
  let turns = 1
  let asked = 0
  let left = 0
  return {
    begin(matches: number) {
      before = now
      now = new Map()
      cycle++
      turns = Math.max(1, Math.ceil(matches / perCycle))
      asked = 0
      left = perCycle
    },
    evidence(rule: Rule, instance: Instance, gather: () => Verdict): string {
      const known = before.get(`${rule.id} ${instance.id}`)
      const current = known?.revision === rule.revision ? known : undefined
      const isTurn = asked++ % turns === cycle % turns
      let entry = current ?? {
        revision: rule.revision,
        sentence: `Rule "${rule.name}" matches ${instance.name}.`,
        gathered: false,
      }
      if ((!entry.gathered || isTurn) && left > 0) {
        left--
        entry = { revision: rule.revision, sentence: gather().sentence, gathered: true }
      }
      now.set(`${rule.id} ${instance.id}`, entry)
      return entry.sentence
    },
  }
}

const instances = Array.from({ length: 12 }, (_, nth) => anInstance({ name: `i${nth}` }))
const cycles = fc.array(
  fc.record({
    shown: fc.shuffledSubarray(instances),
    inOrder: fc.boolean(),
    revisions: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 3, maxLength: 3 }),
    /** Which rules match which instance. */
    matching: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 12, maxLength: 12 }),
  }),
  { maxLength: 15 },
)

test('tells what plain tables would tell', () => {
  fc.assert(
    fc.property(cycles, fc.integer({ min: 1, max: 14 }), (played, perCycle) => {
      const memory = createEvidenceMemory(perCycle)
      const plain = plainMemory(perCycle)
      for (const [cycle, { shown, inOrder, revisions, matching }] of played.entries()) {
        const order = inOrder ? instances.filter((each) => shown.includes(each)) : shown
        const asked = order.flatMap((instance) =>
          revisions
            .map((revision, nth) => aRule({ id: `rule-${nth}`, name: `rule ${nth}`, revision }))
            .filter((_, nth) => ((matching[instances.indexOf(instance)] ?? 0) & (1 << nth)) !== 0)
            .map((rule) => ({ rule, instance })),
        )
        memory.begin(asked.length)
        plain.begin(asked.length)
        for (const { rule, instance } of asked) {
          const gather = (): Verdict => ({
            code: 'rule-matched',
            sentence: `${rule.id} ${instance.name} in cycle ${cycle}`,
            facts: {},
          })
          expect(memory.evidence(rule, instance, gather).sentence).toBe(plain.evidence(rule, instance, gather))
        }
      }
    }),
  )
})
