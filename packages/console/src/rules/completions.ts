// What may follow what was typed: fields and functions of the rule language that begin with it, or contain it.
import type { RuleLanguageView } from '@gleaner/model'

export interface Completion {
  readonly insert: string
  readonly label: string
  readonly detail: string
  readonly meaning: string
}

const most = 8

export function completionsOf(language: RuleLanguageView, word: string): readonly Completion[] {
  const wanted = word.toLowerCase()
  const all: Completion[] = [
    ...language.fields.map(({ name, type, unit, meaning }) => ({
      insert: name,
      label: name,
      detail: unit === undefined ? type : `${type}, ${unit}`,
      meaning,
    })),
    ...language.functions.map(({ name, signature, meaning, example }) => ({
      insert: `${name}(`,
      label: `${name}(…)`,
      detail: signature,
      meaning: `${meaning}. ${example}`,
    })),
  ]
  const rank = ({ label }: Completion) => {
    const text = label.toLowerCase()
    if (text.startsWith(wanted)) return 0
    return text.split('.').some((part) => part.startsWith(wanted)) ? 1 : text.includes(wanted) ? 2 : 3
  }
  return all
    .map((completion) => ({ completion, at: rank(completion) }))
    .filter(({ at, completion }) => at < 3 && completion.insert !== word)
    .sort((a, b) => a.at - b.at || a.completion.label.localeCompare(b.completion.label))
    .slice(0, most)
    .map(({ completion }) => completion)
}
