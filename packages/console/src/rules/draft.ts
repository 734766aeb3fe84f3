// A rule while it is being written: every field as text, so that half-typed values can stand; turned into a definition for
// checking, preview and saving.
import type { RuleCoverage, RuleDefinition, RuleStep } from '@gleaner/model'

export interface Draft {
  readonly name: string
  readonly description: string
  readonly expression: string
  readonly action: RuleDefinition['action']
  readonly grace: string
  readonly steps: readonly RuleStep[]
  readonly mode: RuleDefinition['mode']
  readonly priority: string
  readonly enabled: boolean
  readonly timeZone: string
  readonly clouds: string
  readonly projects: string
  readonly tags: string
  readonly instances: string
  readonly coverExpression: string
  readonly cron: string
  readonly duration: string
  readonly scheduleZone: string
}

export const emptyDraft: Draft = {
  name: '',
  description: '',
  expression: '',
  action: 'suspend',
  grace: '10m',
  steps: [],
  mode: 'observe',
  priority: '100',
  enabled: true,
  timeZone: '',
  clouds: '',
  projects: '',
  tags: '',
  instances: '',
  coverExpression: '',
  cron: '',
  duration: '8h',
  scheduleZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
}

export function draftOf(definition: RuleDefinition): Draft {
  const { covers, schedule } = definition
  return {
    name: definition.name,
    description: definition.description ?? '',
    expression: definition.expression,
    action: definition.action,
    grace: definition.grace,
    steps: definition.steps ?? [],
    mode: definition.mode,
    priority: String(definition.priority),
    enabled: definition.enabled,
    timeZone: definition.timeZone ?? '',
    clouds: covers.clouds?.join(', ') ?? '',
    projects: covers.projects?.join(', ') ?? '',
    tags: covers.tags?.join(', ') ?? '',
    instances: covers.instances?.join(', ') ?? '',
    coverExpression: covers.expression ?? '',
    cron: schedule?.cron ?? '',
    duration: schedule?.duration ?? emptyDraft.duration,
    scheduleZone: schedule?.timeZone ?? emptyDraft.scheduleZone,
  }
}

export function definitionOf(draft: Draft): RuleDefinition {
  const list = (text: string) => {
    const parts = text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)
    return parts.length === 0 ? undefined : parts
  }
  const covers: RuleCoverage = {}
  for (const name of ['clouds', 'projects', 'tags', 'instances'] as const) {
    const parts = list(draft[name])
    if (parts !== undefined) covers[name] = parts
  }
  if (draft.coverExpression.trim() !== '') covers.expression = draft.coverExpression.trim()
  const priority = Number(draft.priority)
  return {
    name: draft.name.trim(),
    ...(draft.description.trim() === '' ? {} : { description: draft.description.trim() }),
    expression: draft.expression,
    action: draft.action,
    covers,
    grace: draft.grace.trim(),
    ...(draft.steps.length === 0
      ? {}
      : {
          steps: draft.steps.map(({ after, action, grace }) => ({ after: after.trim(), action, grace: grace.trim() })),
        }),
    ...(draft.cron.trim() === ''
      ? {}
      : {
          schedule: { cron: draft.cron.trim(), duration: draft.duration.trim(), timeZone: draft.scheduleZone.trim() },
        }),
    mode: draft.mode,
    priority: Number.isInteger(priority) ? Math.min(1000, Math.max(0, priority)) : 100,
    enabled: draft.enabled,
    ...(draft.timeZone.trim() === '' ? {} : { timeZone: draft.timeZone.trim() }),
  }
}
