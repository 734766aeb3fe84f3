// A source of measurements as the status shows it. unreachable: the last reading failed; stale: the last good one is older
// than what may be acted upon.
import type { SourceView } from '@gleaner/model'
import type { TelemetrySource } from '@gleaner/ports'
import type { Application } from '../../application.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'

export function sourceView(source: TelemetrySource, app: Application): SourceView {
  const known = app.state.sources.get(source.id)
  const filledUntilMs = app.state.backFilling.get(source.id)
  const settings = app.config.sources.find(({ config }) => config.id === source.id)
  return {
    id: source.id,
    kind: source.kind,
    address: source.address,
    clouds: [...source.clouds],
    state: sourceStateName(source.id, app),
    ...only('filledUntil', filledUntilMs === undefined || filledUntilMs === 0 ? undefined : timeText(filledUntilMs)),
    ...only('readAt', known?.readAtMs === undefined ? undefined : timeText(known.readAtMs)),
    prefer: settings?.prefer ?? 'driver',
    series: known?.notes?.series ?? 0,
    unmatched: known?.notes?.unmatched ?? 0,
    ambiguous: known?.notes?.ambiguous ?? 0,
    subjects: known?.subjects ?? 0,
    samples: known?.samples ?? 0,
    ...only('fault', known?.fault),
  }
}

export function sourceStateName(id: string, app: Application): SourceView['state'] {
  const known = app.state.sources.get(id)
  if (known?.fault !== undefined) return 'unreachable'
  if (app.state.backFilling.size > 0) return 'back-filling'
  if (known?.readAtMs === undefined) return 'starting'
  return app.clock.nowMs() - known.readAtMs > app.config.policy.telemetryMaxAgeMs ? 'stale' : 'fresh'
}
