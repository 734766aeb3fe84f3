// The rules as stored, and as compiled. A stored rule that no longer compiles (it was saved by another version) takes no
// part and is a problem; the others go on.
import { type CompiledRule, type RuleProgram, VerdictMemory, compileRule, linkRules } from '@gleaner/engine'
import type { Rule } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'

export interface RuleBook {
  /** The rules that compile, in the order of the program. */
  readonly rules: readonly Rule[]
  readonly compiled: readonly CompiledRule[]
  readonly program: RuleProgram
  /** What the program said before. */
  readonly memory: VerdictMemory
}

export class RuleShelf {
  readonly #runtime: Runtime
  #key = ''
  #book: RuleBook

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#book = this.#bookOf([], [])
  }

  get book(): RuleBook {
    return this.#book
  }

  /** Reads the rules; compiles them anew only when one has changed. */
  async refresh(): Promise<RuleBook> {
    const stored = await this.#runtime.store.rules.list()
    const key = stored.map((rule) => `${rule.id}:${rule.revision}`).join(' ')
    this.#runtime.state.rules = stored
    if (key === this.#key) return this.#book
    const rules: Rule[] = []
    const compiled: CompiledRule[] = []
    for (const rule of stored) {
      const subject = `rule ${rule.name}`
      const result = compileRule(definitionOf(rule))
      if (result.ok) {
        rules.push(rule)
        compiled.push(result.rule)
        await this.#runtime.problems.resolve(subject, 'rule-invalid')
      } else {
        await this.#runtime.problems.report({
          code: 'rule-invalid',
          severity: 'error',
          subject,
          sentence: `The rule "${rule.name}" takes no part: ${result.faults[0]?.message ?? 'it does not compile'}.`,
          remedy: 'Correct the rule.',
        })
      }
    }
    this.#book = this.#bookOf(rules, compiled)
    this.#key = key
    return this.#book
  }

  #bookOf(rules: readonly Rule[], compiled: readonly CompiledRule[]): RuleBook {
    const program = linkRules(compiled)
    return { rules, compiled, program, memory: new VerdictMemory(program, this.#runtime.telemetry) }
  }
}

export function definitionOf(rule: Rule) {
  const {
    id: _id,
    revision: _revision,
    source: _source,
    createdAtMs: _c,
    updatedAtMs: _u,
    updatedBy: _b,
    ...definition
  } = rule
  return definition
}
