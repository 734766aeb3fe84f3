// Energy hour by hour. A project that the caller may not see is as unknown to him as one that is not there; one that its cloud
// does not have any more is known by its past.
import { GleanerError, type ProjectId, type endpoints, joulesPerKWh } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import type { WorldIndex } from '../view/world-index.ts'
import { energySpan, keptFrom } from './energy-span.ts'

export const getEnergyHours: Handler<typeof endpoints.getEnergyHours> = async ({ app, query, sight, world }) => {
  const nowMs = app.clock.nowMs()
  const { fromMs, toMs } = energySpan(query, nowMs)
  const index = world()
  const { project } = query
  const named = project === undefined ? [] : projectsCalled(project, index).filter((id) => sight.sees(id))
  const isKnown = project === undefined || named.length > 0
  const past = [project as ProjectId].filter((id) => sight.sees(id))
  const projects = project === undefined ? undefined : isKnown ? named : past
  const hostId = query.host === undefined ? undefined : index.host(query.host).id
  const hours = await app.store.energy.hours({
    fromMs,
    toMs,
    ...only('projectIds', projects ?? sight.projectIds),
    ...only('hostId', hostId),
  })
  if (!isKnown && (past.length === 0 || hours.length === 0))
    throw new GleanerError('not-found', { object: `The project "${project.slice(0, 100)}"` })
  return {
    from: timeText(fromMs),
    to: timeText(toMs),
    ...keptFrom({ fromMs }, { nowMs, retentionMs: app.config.retention.energyMs }),
    items: hours.map(({ atMs, energyJ, estimatedJ }) => ({
      at: timeText(atMs),
      kWh: energyJ / joulesPerKWh,
      estimatedKWh: estimatedJ / joulesPerKWh,
    })),
  }
}

/** By its id; by its name in every cloud. */
function projectsCalled(idOrName: string, { projectNames, instances }: WorldIndex): readonly ProjectId[] {
  const named = [...projectNames].filter(([id, name]) => id === idOrName || name === idOrName).map(([id]) => id)
  return named.length > 0
    ? named
    : instances
        .filter(({ projectId }) => projectId === idOrName)
        .slice(0, 1)
        .map(({ projectId }) => projectId)
}
