// `gleaner rules export` and `gleaner rules apply`: rules as a file under version control. What would change is always shown
// before anything is changed, and the whole file is checked before that.
import { GleanerError, type RuleDefinition } from '@gleaner/model'
import { readRules, writeRules } from '@gleaner/server'
import type { CommandContext } from '../command-context.ts'
import { count } from '../format/quantity.ts'
import { laterSteps } from '../format/rule-steps.ts'
import { type ChangedRule, canonical, diffRules, type RuleDifference } from './diff-rules.ts'
import { readText } from './read-text.ts'

/** Rules of the server's own configuration file are in a file already: only those made by API are written. */
export async function exportRules(context: CommandContext): Promise<void> {
  const { items } = await context.client.call('listRules')
  const rules = items.filter(({ source }) => source === 'api').map(({ definition }) => definition)
  if (context.printJson({ rules })) return
  context.io.out(writeRules(rules))
}

export interface ApplyWords {
  readonly yes?: boolean
  readonly prune?: boolean
}

export async function applyRules(context: CommandContext, file: string, words: ApplyWords): Promise<void> {
  const wanted = readRules({ name: file, text: readText(file, context.io) })
  const { items } = await context.client.call('listRules')
  const difference = diffRules(items, wanted)
  const fixed = difference.changed.filter(({ before }) => before.source === 'file')
  if (fixed[0] !== undefined)
    throw new GleanerError('read-only', {
      object: `The rule "${fixed[0].after.name}"`,
      file: 'the configuration file of the server',
    })
  const removed = words.prune === true ? difference.absent : []
  const steps = difference.created.length + difference.changed.length + removed.length
  const applied = words.yes === true && steps > 0
  if (!context.json) show(context, difference, removed.length > 0)
  if (applied) await carryOut(context, difference, removed)
  const shown = {
    created: difference.created.map(({ name }) => name),
    changed: difference.changed.map(({ after, keys }) => ({ name: after.name, keys })),
    removed: removed.map(({ definition }) => definition.name),
    kept: difference.absent.length - removed.length,
    same: difference.same,
    applied,
  }
  if (context.printJson(shown)) return
  if (steps === 0) return context.say('Nothing is to be changed.')
  context.line()
  context.say(applied ? `${count(steps, 'rule')} changed.` : 'Nothing is changed yet: --yes does what is shown.')
}

async function carryOut(
  context: CommandContext,
  { created, changed }: RuleDifference,
  removed: RuleDifference['absent'],
): Promise<void> {
  for (const definition of created) await context.client.call('createRule', { body: definition })
  // With the revision that was shown: who changed it meanwhile is not overruled.
  for (const { before, after } of changed)
    await context.client.call('updateRule', {
      params: { id: before.id },
      body: { definition: after, revision: before.revision },
    })
  for (const { id } of removed) await context.client.call('removeRule', { params: { id } })
}

function show(context: CommandContext, { created, changed, absent, same }: RuleDifference, prunes: boolean): void {
  for (const rule of created) {
    context.line(context.style(`+ ${rule.name}`, 'green'))
    context.say(summary(rule), '    ')
  }
  for (const each of changed) {
    context.line(context.style(`~ ${each.after.name}`, 'yellow'))
    for (const key of each.keys) showKey(context, each, key)
  }
  for (const { definition } of absent) {
    if (prunes) context.line(context.style(`- ${definition.name}`, 'red'))
    else context.say(`${definition.name} is not in the file and stays; --prune deletes it`, '  ')
  }
  if (same > 0) context.say(`${count(same, 'rule')} as in the file`, '= ')
}

function summary(rule: RuleDefinition): string {
  const { action, mode, enabled, grace, covers, schedule } = rule
  const later = laterSteps(rule)
  const then = later === undefined ? '' : `, then ${later}`
  const what = `${action} after ${grace}${then}, mode ${enabled ? mode : 'off'}`
  const where = Object.keys(covers).length === 0 ? 'everything' : Object.keys(covers).join(', ')
  return `${what}, covers ${where}${schedule === undefined ? '' : `, at ${schedule.cron} (${schedule.timeZone}) for ${schedule.duration}`}`
}

function showKey(context: CommandContext, { before, after }: ChangedRule, key: keyof RuleDefinition): void {
  const [old, fresh] = [wordsOf(before.definition[key]), wordsOf(after[key])]
  if (!old.includes('\n') && !fresh.includes('\n') && old.length + fresh.length < 60)
    return context.line(`    ${key}: ${old} → ${fresh}`)
  context.line(`    ${key}:`)
  const [oldLines, freshLines] = [old.split('\n'), fresh.split('\n')]
  for (const line of oldLines.filter((each) => !freshLines.includes(each)))
    context.line(context.style(`      - ${line}`, 'red'))
  for (const line of freshLines.filter((each) => !oldLines.includes(each)))
    context.line(context.style(`      + ${line}`, 'green'))
}

function wordsOf(value: RuleDefinition[keyof RuleDefinition]): string {
  if (value === undefined) return '(none)'
  return typeof value === 'object' ? canonical(value) : String(value)
}
