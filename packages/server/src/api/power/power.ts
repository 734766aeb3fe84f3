// The hosts that can be switched off and on, and a person's word about one of them.
import { type endpoints, GleanerError, parseDurationMs, type PowerHostView, wishNow } from '@gleaner/model'
import type { Application, PowerNow } from '../../application.ts'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import { verdictView } from '../view/verdict-view.ts'
import type { WorldIndex } from '../view/world-index.ts'

const fourHoursMs = 4 * 3_600_000
const longestMs = 366 * 86_400_000

/** Who sees only some projects sees the hosts and not what is decided about them. */
export const getSwitchedHosts: Handler<typeof endpoints.getSwitchedHosts> = ({ app, sight, world }) => {
  const index = world()
  const all = app.insight.power()
  const asleep = all.filter(({ host }) => host.state === 'asleep')
  const { options } = app.config.power
  const ours = asleep.filter(({ record }) => record?.closedAtMs !== undefined)
  return {
    mode: app.state.modes.energy,
    now: timeText(app.clock.nowMs()),
    hosts: all.map((each) => hostView(each, { app, index, whole: sight.all })),
    asleep: asleep.length,
    savedW: ours.reduce(
      (sum, { host }) => sum + Math.max(0, (host.idlePowerW ?? options.idlePowerW) - options.sleepPowerW),
      0,
    ),
  }
}

export const wishPower: Handler<typeof endpoints.wishPower> = async ({ app, params, body, caller, world, sight }) => {
  const index = world()
  const host = index.host(params.id)
  const forMs = body.for === undefined ? fourHoursMs : (parseDurationMs(body.for) ?? 0)
  if (!(forMs > 0 && forMs <= longestMs))
    throw new GleanerError('request-invalid', {
      detail: `A wish stands for up to 366d; "${body.for}" is not within that.`,
    })
  await app.commands.wishPower(host.id, body.state === 'automatic' ? undefined : { state: body.state, forMs }, caller)
  const now = app.insight.power().find((each) => each.host.id === host.id) ?? {
    host,
    record: undefined,
    nextLeaseMs: Number.POSITIVE_INFINITY,
    wakesInMs: 0,
    promised: [],
    step: undefined,
    reason: undefined,
  }
  return hostView(now, { app, index, whole: sight.all })
}

function hostView(
  { host, record, nextLeaseMs, wakesInMs, step, reason }: PowerNow,
  { app, index, whole }: { readonly app: Application; readonly index: WorldIndex; readonly whole: boolean },
): PowerHostView {
  const wish = record === undefined ? undefined : wishNow(record, app.clock.nowMs())
  const slept = host.state === 'asleep' ? record?.sleptAtMs : undefined
  return {
    host: host.name,
    id: host.id,
    cloud: host.cloudId,
    state: host.state,
    ...only('step', whole ? step : undefined),
    ...only('reason', whole && reason !== undefined ? verdictView(reason) : undefined),
    instances: index.loadOfHost.get(host.id)?.all ?? 0,
    ...only('asleepSince', slept === undefined ? undefined : timeText(slept)),
    ...only('nextLeaseAt', Number.isFinite(nextLeaseMs) ? timeText(nextLeaseMs) : undefined),
    wakesInS: wakesInMs / 1000,
    ...only('idlePowerW', host.idlePowerW),
    failures: record?.failures ?? 0,
    ...only('fault', record?.fault),
    sleepFailures: record?.sleepFailures ?? 0,
    ...only('sleepFault', record?.sleepFault),
    ...only('wish', wish === undefined ? undefined : { state: wish.state, by: wish.by, until: timeText(wish.untilMs) }),
  }
}
