// Energy hour by hour. A project or host that the caller may not see, or that is not there, has none.
import { type ProjectId, type endpoints, joulesPerKWh } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import type { WorldIndex } from '../view/world-index.ts'
import { energySpan } from './energy-span.ts'

export const getEnergyHours: Handler<typeof endpoints.getEnergyHours> = async ({ app, query, sight, world }) => {
  const { fromMs, toMs } = energySpan(query, app.clock.nowMs())
  const index = world()
  const projects =
    query.project === undefined ? undefined : projectsCalled(query.project, index).filter((id) => sight.sees(id))
  const hostId = query.host === undefined ? undefined : index.host(query.host).id
  const hours = await app.store.energy.hours({
    fromMs,
    toMs,
    ...only('projectIds', projects ?? sight.projectIds),
    ...only('hostId', hostId),
  })
  return {
    from: timeText(fromMs),
    to: timeText(toMs),
    items: hours.map(({ atMs, energyJ, estimatedJ }) => ({
      at: timeText(atMs),
      kWh: energyJ / joulesPerKWh,
      estimatedKWh: estimatedJ / joulesPerKWh,
    })),
  }
}

/** By its id, which may be of a project that is gone; by its name in every cloud. */
function projectsCalled(idOrName: string, { projectNames }: WorldIndex): readonly ProjectId[] {
  const named = [...projectNames].filter(([id, name]) => id === idOrName || name === idOrName).map(([id]) => id)
  return named.length > 0 ? named : [idOrName as ProjectId]
}
