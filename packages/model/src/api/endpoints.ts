// The one table of the REST API.
import { desktopEndpoints } from './desktops.ts'
import { energyEndpoints } from './energy.ts'
import { estimateEndpoints } from './estimates.ts'
import { historyEndpoints } from './history.ts'
import { hostEndpoints } from './hosts.ts'
import { instanceEndpoints } from './instances.ts'
import { leaseSeriesEndpoints } from './lease-series.ts'
import { leaseEndpoints } from './leases.ts'
import { notificationEndpoints } from './notifications.ts'
import { peopleEndpoints } from './people.ts'
import { placementEndpoints } from './placements.ts'
import { planEndpoints } from './plan.ts'
import { powerEndpoints } from './power.ts'
import { preemptionEndpoints } from './preemption.ts'
import { projectEndpoints } from './projects.ts'
import { ruleEndpoints } from './rules.ts'
import { systemEndpoints } from './system.ts'

export const endpoints = {
  ...systemEndpoints,
  ...hostEndpoints,
  ...estimateEndpoints,
  ...energyEndpoints,
  ...instanceEndpoints,
  ...planEndpoints,
  ...preemptionEndpoints,
  ...placementEndpoints,
  ...leaseEndpoints,
  ...leaseSeriesEndpoints,
  ...powerEndpoints,
  ...desktopEndpoints,
  ...projectEndpoints,
  ...ruleEndpoints,
  ...historyEndpoints,
  ...notificationEndpoints,
  ...peopleEndpoints,
}
export type EndpointName = keyof typeof endpoints
