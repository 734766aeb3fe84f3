// `gleaner projects`: what holds for the rules in one project: an opt-out with its end, and how far rules go there.
import { actionLadder, modeCeilings, type ProjectView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../failure.ts'
import type { Column } from '../format/table.ts'

export async function listProjects(context: CommandContext): Promise<void> {
  const [list, status] = await Promise.all([context.client.call('listProjects'), context.client.call('getStatus')])
  if (context.printJson(list)) return
  if (list.items.length === 0) return context.line('There is no project that you may see.')
  const moments = context.moments(status.now)
  const columns: readonly Column<ProjectView>[] = [
    { title: 'project', cell: ({ name }) => name, least: 8 },
    { title: 'cloud', cell: ({ cloud }) => cloud, rank: 2 },
    { title: 'instances', cell: ({ instances }) => String(instances), right: true },
    { title: 'rules', cell: (project) => rulesCount(project, (at) => moments.at(at)) },
    { title: 'limits', cell: limitsOf },
    { title: 'reason', cell: ({ optOut }) => optOut?.reason ?? '', least: 8, rank: 1 },
    { title: 'by', cell: ({ optOut }) => optOut?.by ?? '', rank: 1 },
  ]
  context.table(list.items, columns)
}

export interface OptOutOptions {
  readonly for?: string
  readonly until?: string
  readonly withoutEnd?: boolean
  readonly reason: string
}

export async function optOut(context: CommandContext, project: string, options: OptOutOptions): Promise<void> {
  const { reason, withoutEnd } = options
  const ends = [options.for, options.until, withoutEnd].filter((each) => each !== undefined)
  if (ends.length !== 1) throw new UsageError('Say until when.', 'One of: --for 7d, --until 2026-12-24, --without-end.')
  const body = {
    reason,
    ...(options.for === undefined ? {} : { for: options.for }),
    ...(options.until === undefined ? {} : { until: timeOf(options.until) }),
    ...(withoutEnd === undefined ? {} : { withoutEnd }),
  }
  const changed = await context.client.call('optOutProject', { params: { id: project }, body })
  if (context.printJson(changed)) return
  const { now } = await context.client.call('getStatus')
  const until = changed.optOut?.until
  const end = until === undefined ? 'until somebody ends that' : `until ${context.moments(now).at(until)}`
  context.say(
    `No rule does anything in ${changed.name} ${end}. Take it back with gleaner projects opt-in ${changed.name}.`,
  )
}

export async function optIn(context: CommandContext, project: string): Promise<void> {
  await context.client.call('optInProject', { params: { id: project } })
  if (context.printJson({ optedIn: project })) return
  context.line(`the rules count in ${project} again`)
}

export interface LimitOptions {
  readonly grace?: string
  readonly strongest?: string
  readonly mode?: string
}

export async function limit(context: CommandContext, project: string, options: LimitOptions): Promise<void> {
  const { grace, strongest, mode } = options
  if (grace === undefined && strongest === undefined && mode === undefined)
    throw new UsageError('Say which limit.', 'At least one of --grace, --strongest, --mode; "none" takes one away.')
  const changed = await context.client.call('limitProject', {
    params: { id: project },
    body: {
      ...(grace === undefined ? {} : { grace: grace === 'none' ? null : grace }),
      ...(strongest === undefined ? {} : { strongest: oneOf(strongest, actionLadder) }),
      ...(mode === undefined ? {} : { mode: oneOf(mode, modeCeilings) }),
    },
  })
  if (context.printJson(changed)) return
  context.say(`${changed.name}: ${limitsOf(changed) || 'no limits; the rules count as they are'}`)
}

function oneOf<T extends string>(text: string, known: readonly T[]): T | null {
  if (text === 'none') return null
  const found = known.find((each) => each === text)
  if (found === undefined) throw new UsageError(`"${text}" is no limit.`, `One of: ${known.join(', ')}, none.`)
  return found
}

function timeOf(text: string): string {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new UsageError(`"${text}" is no time.`, 'Write 2026-12-24 or 2026-12-24T18:00:00Z.')
  // A day counts as a whole.
  return new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? ms + 86_400_000 : ms).toISOString()
}

function rulesCount({ optOut }: ProjectView, at: (time: string) => string): string {
  if (optOut === undefined) return 'count'
  return optOut.until === undefined ? 'opted out' : `opted out until ${at(optOut.until)}`
}

function limitsOf({ grace, strongest, mode }: ProjectView): string {
  return [
    ...(grace === undefined ? [] : [`grace at least ${grace}`]),
    ...(strongest === undefined ? [] : [`at most ${strongest}`]),
    ...(mode === undefined ? [] : [`${mode} only`]),
  ].join(', ')
}
