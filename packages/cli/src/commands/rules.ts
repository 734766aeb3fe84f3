// `gleaner rules`: list, show, create, change, delete, check and preview rules. A rule is given as a file, YAML or JSON,
// with the same keys as in the configuration file.
import type { RuleDefinition, RuleFaultView, RulePreviewView, RuleView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { count } from '../format/quantity.ts'
import { type Column, byState } from '../format/table.ts'
import { actionsOf, laterSteps } from '../format/rule-steps.ts'
import { readRuleFile } from './rule-file.ts'

export async function listRules(context: CommandContext): Promise<void> {
  const list = await context.client.call('listRules')
  if (context.printJson(list)) return
  if (list.items.length === 0)
    return context.say(
      'There are no rules. gleaner rules ready-made shows some to begin with; gleaner rules create FILE makes one.',
    )
  context.table(list.items, columns)
}

const columns: readonly Column<RuleView>[] = [
  { title: 'prio', cell: (rule) => String(rule.definition.priority), right: true, rank: 5 },
  { title: 'name', cell: (rule) => rule.definition.name, least: 12 },
  { title: 'action', cell: (rule) => actionsOf(rule.definition) },
  {
    title: 'mode',
    cell: (rule) => (rule.definition.enabled ? rule.definition.mode : 'off'),
    colour: byState((rule) => (rule.definition.enabled ? rule.definition.mode : 'off')),
  },
  { title: 'active', cell: (rule) => (rule.now.active ? 'yes' : 'no'), rank: 4 },
  { title: 'covers', cell: (rule) => String(rule.now.covered), right: true },
  { title: 'matches', cell: (rule) => String(rule.now.matched), right: true },
  { title: 'unknown', cell: (rule) => String(rule.now.unknown), right: true },
  { title: 'done', cell: (rule) => String(rule.actions.done), right: true, rank: 3 },
  { title: 'failed', cell: (rule) => String(rule.actions.failed), right: true, rank: 3 },
  { title: 'from', cell: (rule) => rule.source, rank: 6 },
  { title: 'expression', cell: (rule) => rule.definition.expression, least: 20, rank: 2 },
]

export async function showRule(context: CommandContext, idOrName: string): Promise<void> {
  const rule = await context.client.call('getRule', { params: { id: idOrName } })
  if (context.printJson(rule)) return
  const { definition, now } = rule
  context.line(context.style(definition.name, 'bold'))
  if (definition.description !== undefined) context.say(definition.description)
  context.line()
  for (const line of definition.expression.split('\n')) context.line(`  ${line}`)
  context.line()
  const covers = Object.entries(definition.covers).map(
    ([key, value]) => `${key} ${Array.isArray(value) ? value.join(', ') : value}`,
  )
  const schedule =
    definition.schedule === undefined
      ? 'always'
      : `for ${definition.schedule.duration} from each ${definition.schedule.cron} (${definition.schedule.timeZone})`
  const later = laterSteps(definition)
  const facts: [string, string][] = [
    ['action', `${definition.action} after a grace of ${definition.grace}`],
    ...(later === undefined ? [] : [['then', `${later}; unless somebody touches it`] satisfies [string, string]]),
    ['covers', covers.length === 0 ? 'everything' : covers.join('; ')],
    ['active', schedule],
    ['mode', `${definition.mode}${definition.enabled ? '' : ', switched off'}, priority ${definition.priority}`],
    ['now', `${now.matched} of ${count(now.covered, 'instance')} match, ${now.unknown} cannot be decided`],
    ['so far', `${rule.actions.done} done, ${rule.actions.failed} failed in 30 days`],
    ['revision', `${rule.revision}, by ${rule.updatedBy} at ${rule.updatedAt} (${rule.source}, ${rule.id})`],
  ]
  for (const [name, text] of facts) context.say(text, context.style(name.padEnd(10), 'dim'))
}

export async function createRule(context: CommandContext, file: string): Promise<void> {
  const rule = await context.client.call('createRule', { body: readRuleFile(file, context.io) })
  if (context.printJson(rule)) return
  context.line(`rule ${rule.definition.name} (${rule.id}) is made; its mode is ${rule.definition.mode}`)
}

export async function updateRule(context: CommandContext, file: string, idOrName: string | undefined): Promise<void> {
  const definition = readRuleFile(file, context.io)
  const before = await context.client.call('getRule', { params: { id: idOrName ?? definition.name } })
  const rule = await context.client.call('updateRule', {
    params: { id: before.id },
    body: { definition, revision: before.revision },
  })
  if (context.printJson(rule)) return
  context.line(`rule ${rule.definition.name} is at revision ${rule.revision}`)
}

export async function deleteRule(context: CommandContext, idOrName: string): Promise<void> {
  await context.client.call('removeRule', { params: { id: idOrName } })
  if (context.printJson({ deleted: idOrName })) return
  context.line(`rule ${idOrName} is deleted`)
}

/** Says whether a rule is right; nothing is stored. Exit code 1 when it is not. */
export async function checkRule(context: CommandContext, file: string): Promise<void> {
  const definition = readRuleFile(file, context.io)
  const { faults } = await context.client.call('previewRule', { body: { definition, limit: 1 } })
  if (faults.length > 0) context.fail()
  if (context.printJson({ faults })) return
  if (faults.length === 0) return context.line(`rule ${definition.name} is right`)
  showFaults(context, definition, faults)
}

export async function previewRule(context: CommandContext, file: string, limit: string | undefined): Promise<void> {
  const definition = readRuleFile(file, context.io)
  const body = { definition, ...(limit === undefined ? {} : { limit: Number(limit) }) }
  const preview = await context.client.call('previewRule', { body })
  if (preview.faults.length > 0) context.fail()
  if (context.printJson(preview)) return
  if (preview.result === undefined) return showFaults(context, definition, preview.faults)
  showPreview(context, definition, preview.result)
}

/** The line of the expression with a mark under the place. */
function showFaults(context: CommandContext, definition: RuleDefinition, faults: readonly RuleFaultView[]): void {
  for (const fault of faults) {
    context.say(`rule "${definition.name}": ${fault.message}.${fault.hint === undefined ? '' : ` ${fault.hint}`}`)
    const text =
      fault.field === 'expression'
        ? definition.expression
        : fault.field === 'covers'
          ? definition.covers.expression
          : undefined
    if (text === undefined || fault.column === undefined) continue
    const before = text.slice(0, fault.column - 1)
    const start = before.lastIndexOf('\n') + 1
    const line = text.slice(start).split('\n')[0] ?? ''
    const length = Math.max(1, Math.min(fault.length ?? 1, line.length - (before.length - start)))
    context.line(`    ${line}`)
    context.line(`    ${' '.repeat(before.length - start)}${context.style('^'.repeat(length), 'red')}`)
  }
}

function showPreview(
  context: CommandContext,
  definition: RuleDefinition,
  result: NonNullable<RulePreviewView['result']>,
): void {
  const { covered, matchedTotal, unknownTotal, matchedOverPastDay } = result
  context.say(
    `"${definition.name}" would ${definition.action} ${matchedTotal} of ${count(covered, 'instance')} now; ${matchedOverPastDay} matched at some time of the past day; ${unknownTotal} cannot be decided for want of data.`,
  )
  const later = laterSteps(definition)
  if (later !== undefined) context.say(`Then, unless somebody touches it: ${later}.`)
  if (result.mode !== definition.mode)
    context.say(`Written for ${definition.mode}, it would count under ${result.mode}: that is the mode of idleness.`)
  for (const { project, instances, sentence } of result.held)
    context.say(`In ${project} (${count(instances, 'instance')}): ${sentence}.`)
  section(context, 'Matches', { items: result.matched, total: matchedTotal })
  section(context, 'Nearly', { items: result.nearly, total: result.nearly.length })
  section(context, 'Undecided', { items: result.unknown, total: unknownTotal })
  if (result.failing.length > 0) {
    context.line()
    context.line(context.style('What keeps the others from matching', 'bold'))
    for (const { clause, instances } of result.failing.slice(0, 8))
      context.say(clause, `${String(instances).padStart(7)}  `)
  }
}

function section(
  context: CommandContext,
  title: string,
  { items, total }: { readonly items: readonly { readonly sentence: string }[]; readonly total: number },
): void {
  if (items.length === 0) return
  context.line()
  context.line(
    context.style(items.length < total ? `${title} (${items.length} of ${total})` : `${title} (${total})`, 'bold'),
  )
  for (const { sentence } of items) context.say(sentence, '  ')
}

export async function readyMadeRules(context: CommandContext, name: string | undefined): Promise<void> {
  const { items } = await context.client.call('listReadyMadeRules')
  const shown = items.filter(({ definition }) => name === undefined || definition.name === name)
  if (context.printJson(name === undefined ? { items: shown } : (shown[0]?.definition ?? null))) return
  for (const { definition, source } of shown) {
    context.line(context.style(definition.name, 'bold'))
    context.say(definition.description ?? '', '  ')
    context.say(context.style(source, 'dim'), '  ')
    for (const line of definition.expression.split('\n')) context.line(`    ${line}`)
    context.line()
  }
  context.say(
    'Copy one: gleaner rules ready-made NAME --json > rule.json, change it, then gleaner rules preview rule.json and gleaner rules create rule.json.',
  )
}
