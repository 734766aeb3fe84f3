// Rules and their language.
import { GleanerError } from '@gleaner/model'
import type { FakeState } from '../fake-state.ts'
import { faultsOf, language, previewOf, readyMade, ruleView } from '../rule-book.ts'
import type { Handlers } from './handler.ts'

export function ruleHandlers(state: FakeState) {
  const { world } = state
  const ruleOf = (id: string) => {
    const rule = state.rules.get(id)
    if (!rule) throw new GleanerError('not-found', { object: `rule ${id}` })
    return rule
  }
  return {
    listRules: () => ({ items: [...state.rules.values()] }),
    getRule: ({ params }) => ruleOf(params.id),
    createRule: ({ body }) => {
      const faults = faultsOf(body)
      if (faults[0]) throw new GleanerError('rule-invalid', { rule: body.name, detail: faults[0].message })
      const rule = ruleView(state.id('rule'), body, { nowMs: state.nowMs() })
      state.rules.set(rule.id, rule)
      state.tell('rules')
      return rule
    },
    updateRule: ({ params, body }) => {
      const rule = ruleOf(params.id)
      if (rule.source === 'file')
        throw new GleanerError('read-only', { object: `rule ${rule.definition.name}`, file: 'gleaner.yaml' })
      const changed = { ...rule, definition: body.definition, revision: rule.revision + 1, updatedAt: state.iso() }
      state.rules.set(rule.id, changed)
      state.tell('rules')
      return changed
    },
    removeRule: ({ params }) => {
      state.rules.delete(params.id)
      state.tell('rules')
      return {}
    },
    listRuleRevisions: ({ params }) => {
      const rule = ruleOf(params.id)
      return {
        items: Array.from({ length: rule.revision }, (_, i) => ({
          revision: rule.revision - i,
          at: state.iso(-86_400_000 * (i + 1)),
          by: i % 2 ? 'grace' : 'ada',
          definition:
            i === 0 ? rule.definition : { ...rule.definition, grace: `${30 + i * 10}m`, mode: 'observe' as const },
        })),
      }
    },
    previewRule: ({ body }) => previewOf(body.definition, world.instances, body.limit ?? 20),
    listReadyMadeRules: () => ({ items: readyMade }),
    getRuleLanguage: () => language,
  } satisfies Partial<Handlers>
}
