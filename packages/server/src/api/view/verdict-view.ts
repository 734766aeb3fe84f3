// A verdict reaches the reader unchanged: code, sentence, facts.
import type { Verdict, VerdictView } from '@gleaner/model'

/** Numbers that JSON cannot write (an endless time) become null. */
export function verdictView(verdict: Verdict): VerdictView {
  const facts: Record<string, string | number | boolean | null> = {}
  for (const [name, value] of Object.entries(verdict.facts))
    facts[name] = typeof value === 'number' && !Number.isFinite(value) ? null : value
  return { code: verdict.code, sentence: verdict.sentence, facts }
}
