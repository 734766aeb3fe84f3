// How preemption stands: its mode, what would be done to victims on each cloud, how many are preemptible, under way and
// waiting to return, and the forecast of survival per host.
import { evictionHorizonMs, forecastSurvival, indexSupports, sellsRoom, victimAction } from '@gleaner/engine'
import type { endpoints, PreemptionView } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { verdictView } from '../view/verdict-view.ts'
import { lendingView } from './lending-view.ts'
import { seesDecision } from '../view/decision-view.ts'

const longestPage = 100_000

export const getPreemption: Handler<typeof endpoints.getPreemption> = async ({ app, sight, world }) => {
  const { state, config, clock, store } = app
  const nowMs = clock.nowMs()
  const windowMs = evictionHorizonMs(config.preemption)
  const index = world()
  const preemptible = index.instances.filter(
    ({ firmness, projectId }) => firmness === 'preemptible' && sight.sees(projectId),
  )
  const recent = await store.evictions.evictions({ fromMs: nowMs - windowMs }, { limit: longestPage, offset: 0 })
  const open = await store.evictions.openDecisions()
  const waiting = await store.evictions.onTheirWayBack()
  const clouds: PreemptionView['clouds'] = []
  const forecast: PreemptionView['forecast'] = []
  for (const { cloudId, snapshot } of state.clouds.values()) {
    const cloud = app.clouds.get(cloudId)
    if (snapshot === undefined || cloud === undefined) continue
    const support = indexSupports([cloud]).get(cloudId)
    const chosen = victimAction(config.preemption.action, { cloud: cloudId, support, sells: sellsRoom({ snapshot }) })
    clouds.push({
      cloud: cloudId,
      ...only('action', chosen.action),
      ...only('refusal', chosen.refusal && verdictView(chosen.refusal)),
    })
    const evictions = recent.items.filter((eviction) => eviction.cloudId === cloudId)
    for (const { hostId, instances, evictions: count, hours, survival } of forecastSurvival({
      snapshot,
      evictions,
      nowMs,
      windowMs,
    }))
      forecast.push({
        host: index.hostName(hostId) ?? hostId,
        cloud: cloudId,
        instances,
        evictions: count,
        hours,
        survival1h: survival['1'],
        survival6h: survival['6'],
        survival24h: survival['24'],
      })
  }
  return {
    mode: state.modes.preemption,
    clouds,
    instances: preemptible.length,
    running: preemptible.filter(({ state: is }) => is === 'running').length,
    underWay: open.filter((decision) => seesDecision(decision, sight)).length,
    waiting: waiting.filter(({ projectId }) => sight.sees(projectId)).length,
    lending: lendingView(app, index),
    forecast,
  }
}
