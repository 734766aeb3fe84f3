import { anInstance, aRule } from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { createEvidenceMemory } from './evidence-memory.ts'

const rule = aRule()
const instances = Array.from({ length: 10 }, (_, nth) => anInstance({ name: `i${nth}` }))

/** Who was explained in each of the cycles. */
function gathered(perCycle: number, cycles: number, revisionAt: (cycle: number) => number = () => 1) {
  const memory = createEvidenceMemory(perCycle)
  const explained: string[][] = []
  const told: string[][] = []
  for (let cycle = 0; cycle < cycles; cycle++) {
    const names: string[] = []
    memory.begin(instances.length)
    const verdicts = instances.map((instance) =>
      memory.evidence({ ...rule, revision: revisionAt(cycle) }, instance, () => {
        names.push(instance.name)
        return { code: 'rule-matched', sentence: `${instance.name} in cycle ${cycle}`, facts: {} }
      }),
    )
    explained.push(names)
    told.push(verdicts.map(({ sentence }) => sentence))
  }
  return { explained, told }
}

test('few matches are explained anew in every cycle', () => {
  const { explained, told } = gathered(10, 3)
  expect(explained.map((names) => names.length)).toEqual([10, 10, 10])
  expect(told[2]?.[7]).toBe('i7 in cycle 2')
})

test('many are explained in turns, never more than allowed, and each of them comes round', () => {
  const { explained, told } = gathered(3, 12)
  for (const names of explained) expect(names.length).toBeLessThanOrEqual(3)
  expect(new Set(explained.flat()).size).toBe(10)
  for (const sentence of told[11] ?? []) {
    const at = Number(/cycle (\d+)$/.exec(sentence)?.[1])
    expect(11 - at).toBeLessThanOrEqual(4)
  }
})

test('until its turn comes a match says only that the rule matches', () => {
  expect(gathered(3, 1).told[0]?.[9]).toBe('Rule "idle-hour" matches i9.')
})

test('another revision of the rule has its own evidence', () => {
  const { told } = gathered(10, 2, (cycle) => cycle + 1)
  expect(told[1]?.[0]).toBe('i0 in cycle 1')
  const { told: many } = gathered(1, 2, (cycle) => cycle + 1)
  expect(many[1]?.filter((sentence) => sentence.includes('in cycle 0'))).toEqual([])
})
