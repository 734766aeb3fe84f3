// `gleaner desktops`: who lends now, why not, since when; one desktop with its phases; join tokens, and the end of a right to speak.
import type { DesktopForecastView, DesktopPhaseView, DesktopView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import type { Column } from '../format/table.ts'

export async function listDesktops(context: CommandContext): Promise<void> {
  const view = await context.client.call('listDesktops')
  if (context.printJson(view)) return
  if (view.items.length === 0)
    return context.line('No desktop has joined. gleaner desktops join-token --host NAME makes the token for one.')
  const moments = context.moments(view.now)
  const columns: readonly Column<DesktopView>[] = [
    { title: 'host', cell: ({ host }) => host, least: 8 },
    { title: 'pool', cell: ({ pool }) => pool, rank: 2 },
    { title: 'stands', cell: ({ standing, lends }) => (lends ? standing : 'reports only') },
    { title: 'since', cell: ({ since }) => (since === undefined ? '' : moments.relative(since)), right: true },
    { title: 'guests', cell: ({ guests }) => String(guests.running + guests.paused), right: true, rank: 1 },
    { title: 'lent', cell: ({ lentHours }) => `${lentHours.toFixed(1)} h`, right: true },
    { title: 'stopped', cell: ({ interruptions }) => String(interruptions), right: true, rank: 1 },
    { title: 'why', cell: ({ reason }) => moments.within(reason?.sentence ?? ''), least: 20 },
  ]
  context.table(view.items, columns)
  context.line(
    `${view.lendable} of ${view.items.filter(({ lends }) => lends).length} can be lent now; guests ran for ${view.lentHours.toFixed(1)} h and had to stop ${view.interruptions} times`,
  )
}

export async function showDesktop(context: CommandContext, id: string): Promise<void> {
  const [view, { now }] = await Promise.all([
    context.client.call('getDesktop', { params: { id } }),
    context.client.call('getStatus'),
  ])
  if (context.printJson(view)) return
  const moments = context.moments(now)
  const since = view.since === undefined ? '' : `, since ${moments.at(view.since)}`
  context.line(`${view.host} (pool ${view.pool}) is ${view.standing}${since}`)
  if (!view.lends) context.say('It lends nothing: its agent only tells what guests report.', '  ')
  if (view.reason !== undefined) context.say(`${moments.within(view.reason.sentence)} (${view.reason.code})`, '  ')
  if (view.hostId === undefined) context.say('No cloud, or more than one, has a host of this name.', '  ')
  context.line(
    `  lent ${view.lentHours.toFixed(1)} h since ${moments.at(view.joinedAt)}; guests had to stop ${view.interruptions} times`,
  )
  if (view.slowestPauseMs !== undefined && view.slowestPauseMs > 0)
    context.line(`  at most ${Math.ceil(view.slowestPauseMs)} ms until all stood still`)
  if (view.keyUntil !== undefined) context.line(`  its key counts until ${view.keyUntil}, and is renewed before`)
  if (view.forecast !== undefined) forecast(context, view.forecast)
  if (view.phases.length === 0) return
  context.line()
  const columns: readonly Column<DesktopPhaseView>[] = [
    { title: 'when', cell: ({ at }) => moments.at(at), right: true },
    { title: 'phase', cell: ({ phase }) => phase },
    { title: 'why', cell: ({ reason }) => moments.within(reason.sentence), least: 20 },
  ]
  context.table(view.phases, columns)
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** A digit for each hour: tenths of it in which guests are expected to be able to run. */
function forecast(context: CommandContext, { hours, learntHours, accuracy }: DesktopForecastView): void {
  context.line()
  context.line('  expected, tenths of each hour (UTC)')
  context.line('       0     6     12    18')
  for (const [day, name] of days.entries()) {
    const digits = hours.slice(day * 24, day * 24 + 24).map((share) => Math.min(9, Math.floor(share * 10)))
    context.line(`  ${name}  ${digits.join('')}`)
  }
  const judged =
    accuracy === undefined
      ? 'too few to say how well'
      : `${Math.round(accuracy.rightShare * 100)} % of ${accuracy.judgedHours} hours foretold rightly; mean squared error ${accuracy.brier.toFixed(3)}, ${accuracy.brierOfMean.toFixed(3)} for who always says the mean`
  context.say(`Learnt from ${learntHours} hours: ${judged}.`, '  ')
}

export interface JoinTokenOptions {
  readonly host: string
  readonly cloud?: string
  readonly pool?: string
  readonly reportsOnly?: boolean
  readonly lifetime?: string
  readonly quiet?: boolean
}

export async function joinToken(context: CommandContext, { quiet, ...body }: JoinTokenOptions): Promise<void> {
  const made = await context.client.call('createJoinToken', { body })
  // Beside the token and not among it: a script reads the token.
  if (made.hint !== undefined && !context.json) context.io.err(`gleaner: ${made.hint}\n`)
  if (quiet === true) return context.line(made.token)
  if (context.printJson(made)) return
  context.line(made.token)
  context.say(
    `This is the only time it is shown. On ${made.host}, until ${made.expiresAt}, once: gleaner agent join TOKEN --server ADDRESS`,
  )
}

export async function revokeDesktop(context: CommandContext, id: string): Promise<void> {
  await context.client.call('revokeDesktop', { params: { id } })
  if (context.printJson({ revoked: id })) return
  context.line(`${id} may not speak any more; its guests stand still until it joins anew`)
}
