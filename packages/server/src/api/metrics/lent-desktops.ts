// Desktops by where they stand, how long guests ran on them, and how often these had to stop; nothing where there are none.
import { lentUntil, presenceOf } from '@gleaner/engine'
import { type Desktop, desktopStandings } from '@gleaner/model'
import type { Application } from '../../application.ts'
import { limitsOf } from '../../desktops/lending-book.ts'
import type { Exposition } from './exposition.ts'

interface Input {
  readonly app: Pick<Application, 'config' | 'clock'>
  readonly desktops: readonly Desktop[] | undefined
}

export function lentDesktops(out: Exposition, { app, desktops }: Input): void {
  if (desktops === undefined || desktops.length === 0) return
  const nowMs = app.clock.nowMs()
  const limits = limitsOf(app.config.opportunism, app.clock)
  const standings = desktops.map((each) => presenceOf(each, nowMs, limits).standing)
  out.gauge(
    'gleaner_desktops',
    'Desktops that have joined, by where they stand',
    desktopStandings.map((standing) => ({
      labels: { standing },
      value: standings.filter((each) => each === standing).length,
    })),
  )
  const sum = (of: (desktop: Desktop) => number) => [
    { labels: {}, value: desktops.reduce((all, each) => all + of(each), 0) },
  ]
  const { contractMs } = limits
  out.counter(
    'gleaner_desktop_lent_seconds_total',
    'Time in which guests ran on desktops, as far as it is proven',
    sum((each) => lentUntil(each, { nowMs, contractMs }) / 1000),
  )
  out.counter(
    'gleaner_desktop_interruptions_total',
    'How often guests of desktops had to stop for a user',
    sum(({ interruptions }) => interruptions),
  )
}
