// Power of one host or of all together, now and over the last minutes to days, as it is in memory. A step counts the hosts that
// were read in it, so that a fall is told from a gap.
import { type HostId, type PowerView, type endpoints, parseDurationMs } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'

const hourMs = 3_600_000

export const getPower: Handler<typeof endpoints.getPower> = ({ app, query, sight, world }) => {
  const nowMs = app.clock.nowMs()
  const fromMs = nowMs - (parseDurationMs(query.for ?? '6h') ?? 6 * hourMs)
  const asked = !sight.all ? [] : query.host === undefined ? [...app.energy.hostIds()] : [world().host(query.host).id]
  const known = asked.map((id) => app.energy.powerW(id)).filter((powerW) => !Number.isNaN(powerW))
  return {
    at: timeText(nowMs),
    hosts: asked.length,
    knownHosts: known.length,
    ...(known.length === 0 ? {} : { powerW: known.reduce((sum, powerW) => sum + powerW, 0) }),
    ...together(asked, (id) => app.energy.series(id, fromMs, nowMs)),
  }
}

type Series = { readonly startMs: number; readonly stepMs: number; readonly powerW: ArrayLike<number> } | undefined

function together(hosts: readonly HostId[], seriesOf: (id: HostId) => Series): Pick<PowerView, 'stepS' | 'items'> {
  const all = hosts.flatMap((id) => seriesOf(id) ?? [])
  // Hosts that are read at other times may be kept at another step; the coarsest is that of all.
  const stepMs = Math.max(0, ...all.map((series) => series.stepMs))
  const steps = new Map<number, { powerW: number; hosts: number }>()
  for (const series of all) {
    if (series.stepMs !== stepMs) continue
    for (let nth = 0; nth < series.powerW.length; nth++) {
      const atMs = series.startMs + nth * stepMs
      const powerW = series.powerW[nth] as number
      const step = steps.get(atMs) ?? { powerW: 0, hosts: 0 }
      if (!Number.isNaN(powerW)) {
        step.powerW += powerW
        step.hosts++
      }
      steps.set(atMs, step)
    }
  }
  const items = [...steps]
    .sort(([a], [b]) => a - b)
    .map(([atMs, { powerW, hosts: read }]) => ({
      at: timeText(atMs),
      ...only('powerW', read === 0 ? undefined : powerW),
      hosts: read,
    }))
  // The step that has just begun may have no reading yet; that is no gap.
  if (items.at(-1)?.hosts === 0) items.pop()
  return { stepS: stepMs / 1000, items }
}
