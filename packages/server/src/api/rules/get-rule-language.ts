// Fields and functions of the rule language, for completion and reference.
import { type RuleLanguageView, type endpoints } from '@gleaner/model'
import { ruleLanguage } from '@gleaner/engine'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'

let view: RuleLanguageView | undefined

export const getRuleLanguage: Handler<typeof endpoints.getRuleLanguage> = () => {
  view ??= languageView()
  return view
}

function languageView(): RuleLanguageView {
  const { fields, functions } = ruleLanguage()
  return {
    fields: fields.map(({ name, type, meaning, unit }) => ({ name, type, meaning, ...only('unit', unit) })),
    functions: functions.map(({ name, signature, meaning, example }) => ({ name, signature, meaning, example })),
  }
}
