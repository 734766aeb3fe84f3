// What people have to be told about a source that answers: series that belong to nothing or to several things, series that
// say the same twice, and parts that the source itself says are missing. Resolved as soon as it is over.
import type { SourceNotes } from '@gleaner/ports'
import type { ProblemReporter } from '../problems/reporter.ts'
import type { SourceState } from './source-state.ts'

/** A new instance is in a source before it is in a reading of its cloud. */
const patientReadings = 3

export const sourceSubject = (id: string): string => `source ${id}`

const codes = ['source-unmatched', 'source-ambiguous', 'source-duplicate', 'source-partial'] as const
type Code = (typeof codes)[number]

export async function tellSourceProblems(problems: ProblemReporter, state: SourceState): Promise<void> {
  const { id, notes } = state
  if (notes === undefined) return
  const subject = sourceSubject(id)
  await problems.settle(subject, codes)
  for (const code of codes) {
    const found = sentenceOf(code, state, notes)
    if (found === undefined) await problems.resolve(subject, code)
    else await problems.report({ code, severity: 'warning', subject, ...found })
  }
}

function sentenceOf(code: Code, state: SourceState, notes: SourceNotes) {
  const { id } = state
  switch (code) {
    case 'source-unmatched':
      if (notes.unmatched === 0 || state.unmatchedReadings < patientReadings) return undefined
      return {
        sentence: `${notes.unmatched} of ${notes.series} series of source ${id} belong to no host or instance that is known${listed(notes.examples.unmatched)}.`,
        remedy:
          'Say under names of the source what they are called here, or leave them out with match or a narrower query.',
      }
    case 'source-ambiguous':
      if (notes.ambiguous === 0) return undefined
      return {
        sentence: `${notes.ambiguous} of ${notes.series} series of source ${id} could belong to more than one host or instance and are given to none${listed(notes.examples.ambiguous)}.`,
        remedy:
          'Have the source label them with the id or the host, or narrow clouds of the source; see docs/guides/telemetry-sources.md.',
      }
    case 'source-duplicate':
      if (notes.duplicate === 0) return undefined
      return {
        sentence: `${notes.duplicate} of ${notes.series} series of source ${id} say the same of a host or instance as another one; the newest of them counts.`,
        remedy:
          'If they are parts, such as devices, name their label under sum of the query; else leave one of them out with match.',
      }
    case 'source-partial':
      if (notes.warnings.length === 0) return undefined
      return {
        sentence: `Source ${id} says that its answer is incomplete: ${notes.warnings.slice(0, 3).join('; ')}.`,
        remedy: 'Check the parts of the database that it names; what is missing stays a gap.',
      }
  }
}

function listed(examples: readonly string[]): string {
  return examples.length === 0 ? '' : ` (${examples.slice(0, 3).join(', ')}${examples.length > 3 ? ', …' : ''})`
}
