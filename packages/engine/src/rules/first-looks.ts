// The instances of which nothing is remembered: after a start, after a rule has changed, after a long silence. To ask all
// their windows in one go takes longer than a cycle may, so whoever decides looks at them beforehand, some at a time, and
// finds their verdicts in the memory. A look is an evaluation like any other and decides nothing.
import type { Instance } from '@gleaner/model'
import type { EvaluationInput } from './evaluate-rules.ts'
import type { VerdictMemory } from './verdict-memory.ts'

/** Their rows in the table, in its order. */
export function firstLooks(input: EvaluationInput & { readonly memory: VerdictMemory }): readonly number[] {
  const { memory, table, nowMs } = input
  memory.begin(table, nowMs)
  const rows: number[] = []
  for (let row = 0; row < table.instances.length; row++)
    if (memory.isNew(table.instances[row] as Instance, table.slots[row] as number)) rows.push(row)
  return rows
}
