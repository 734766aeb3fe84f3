// Rules: store, check, preview.
import { type Static, Type } from 'typebox'
import { actionKinds } from '../action.ts'
import { modes } from '../capability.ts'
import { RuleDefinition } from '../rule.ts'
import { endpoint } from './endpoint.ts'
import { IdParam, OneOf, Time } from './parts.ts'

export const RuleFaultView = Type.Object({
  code: Type.String(),
  message: Type.String(),
  /** What the fault is in. */
  field: OneOf(['name', 'expression', 'covers', 'schedule', 'grace', 'steps', 'action', 'timeZone']),
  /** First character, counted from 1; absent when the whole field is meant. */
  column: Type.Optional(Type.Integer()),
  length: Type.Optional(Type.Integer()),
  hint: Type.Optional(Type.String()),
})
export type RuleFaultView = Static<typeof RuleFaultView>

export const RuleView = Type.Object({
  id: Type.String(),
  revision: Type.Integer(),
  source: OneOf(['file', 'api']),
  createdAt: Time,
  updatedAt: Time,
  updatedBy: Type.String(),
  definition: RuleDefinition,
  /** In the last cycle. */
  now: Type.Object({
    covered: Type.Integer(),
    matched: Type.Integer(),
    unknown: Type.Integer(),
    active: Type.Boolean({ description: 'Enabled and within its schedule' }),
  }),
  actions: Type.Object({ done: Type.Integer(), failed: Type.Integer(), lastAt: Type.Optional(Time) }),
})
export type RuleView = Static<typeof RuleView>

export const RulePreviewView = Type.Object({
  faults: Type.Array(RuleFaultView),
  /** Absent when there are faults. */
  result: Type.Optional(
    Type.Object({
      covered: Type.Integer(),
      matched: Type.Array(
        Type.Object({ id: Type.String(), name: Type.String(), project: Type.String(), sentence: Type.String() }),
      ),
      matchedTotal: Type.Integer(),
      /** Those that fail by one clause, with the numbers. */
      nearly: Type.Array(
        Type.Object({ id: Type.String(), name: Type.String(), project: Type.String(), sentence: Type.String() }),
      ),
      unknown: Type.Array(
        Type.Object({ id: Type.String(), name: Type.String(), project: Type.String(), sentence: Type.String() }),
      ),
      unknownTotal: Type.Integer(),
      /** Which clause kept how many from matching. */
      failing: Type.Array(Type.Object({ clause: Type.String(), instances: Type.Integer() })),
      /** How many would have matched over the past day. */
      pastDay: Type.Array(Type.Object({ at: Time, matched: Type.Integer(), unknown: Type.Integer() })),
      matchedOverPastDay: Type.Integer({ description: 'Different instances that matched at least once' }),
      mode: OneOf(modes, { description: 'Under which it would count: the stricter of its own and that of idleness' }),
      held: Type.Array(
        Type.Object({
          project: Type.String(),
          instances: Type.Integer({ description: 'That match now' }),
          mode: OneOf(modes),
          optedOut: Type.Boolean(),
          steps: Type.Array(
            Type.Object({
              action: OneOf(actionKinds),
              grace: Type.String({ description: 'What owners have between notice and action there' }),
              barred: Type.Boolean({ description: 'Severer than the project allows: it is not done' }),
            }),
            { description: 'The action, then the later steps' },
          ),
          sentence: Type.String({ description: 'In what it differs from the rule as written' }),
        }),
        { description: 'Projects with matches in which the rule goes less far than it is written, most matches first' },
      ),
    }),
  ),
})
export type RulePreviewView = Static<typeof RulePreviewView>

export const RuleLanguageView = Type.Object({
  fields: Type.Array(
    Type.Object({
      name: Type.String(),
      type: Type.String(),
      meaning: Type.String(),
      unit: Type.Optional(Type.String()),
    }),
  ),
  functions: Type.Array(
    Type.Object({ name: Type.String(), signature: Type.String(), meaning: Type.String(), example: Type.String() }),
  ),
})
export type RuleLanguageView = Static<typeof RuleLanguageView>

const tag = 'rules'

export const ruleEndpoints = {
  listRules: endpoint(
    { method: 'GET', path: '/api/v1/rules', role: 'viewer', tag, summary: 'Rules by priority' },
    { response: Type.Object({ items: Type.Array(RuleView) }) },
  ),
  getRule: endpoint(
    { method: 'GET', path: '/api/v1/rules/:id', role: 'viewer', tag, summary: 'One rule' },
    { params: IdParam, response: RuleView },
  ),
  createRule: endpoint(
    { method: 'POST', path: '/api/v1/rules', role: 'operator', tag, summary: 'Make a rule', status: 201 },
    { body: RuleDefinition, response: RuleView },
  ),
  updateRule: endpoint(
    { method: 'PUT', path: '/api/v1/rules/:id', role: 'operator', tag, summary: 'Change a rule' },
    {
      params: IdParam,
      body: Type.Object({
        definition: RuleDefinition,
        revision: Type.Optional(Type.Integer({ description: 'Refused when it is not the current one' })),
      }),
      response: RuleView,
    },
  ),
  removeRule: endpoint(
    { method: 'DELETE', path: '/api/v1/rules/:id', role: 'operator', tag, summary: 'Delete a rule', status: 204 },
    { params: IdParam },
  ),
  listRuleRevisions: endpoint(
    { method: 'GET', path: '/api/v1/rules/:id/revisions', role: 'viewer', tag, summary: 'Earlier forms of a rule' },
    {
      params: IdParam,
      response: Type.Object({
        items: Type.Array(
          Type.Object({ revision: Type.Integer(), at: Time, by: Type.String(), definition: RuleDefinition }),
        ),
      }),
    },
  ),
  previewRule: endpoint(
    {
      method: 'POST',
      path: '/api/v1/rules/preview',
      role: 'viewer',
      tag,
      summary: 'What a rule would match now and would have matched over the past day',
    },
    {
      body: Type.Object({
        definition: RuleDefinition,
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 20 })),
      }),
      response: RulePreviewView,
    },
  ),
  listReadyMadeRules: endpoint(
    { method: 'GET', path: '/api/v1/rules/ready-made', role: 'viewer', tag, summary: 'Rules after published criteria' },
    {
      response: Type.Object({ items: Type.Array(Type.Object({ source: Type.String(), definition: RuleDefinition })) }),
    },
  ),
  getRuleLanguage: endpoint(
    {
      method: 'GET',
      path: '/api/v1/rules/language',
      role: 'viewer',
      tag,
      summary: 'Fields and functions of the rule language',
    },
    { response: RuleLanguageView },
  ),
}
