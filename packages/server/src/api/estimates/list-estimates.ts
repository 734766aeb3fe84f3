// The last estimate of every host, filtered, sorted, cut to a page. `ratio` and `free` sort by the cores that may be sold,
// `violations` by how often the estimates of either resource were exceeded; what was never judged stands last.
import type { EstimateView, HostEstimate, endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { estimateState, estimateView } from '../view/estimate-view.ts'
import { sortByNumber } from '../view/instance-list.ts'
import { compareText, naturalKey } from '../view/world-index.ts'
import { lastEstimates } from './fleet-now.ts'

export const listEstimates: Handler<typeof endpoints.listEstimates> = ({ app, query, world }) => {
  const index = world()
  const words = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const found = lastEstimates(app, query.cloud).filter((estimate) => {
    if (query.state !== undefined && estimateState(estimate, app) !== query.state) return false
    const text = `${index.hostName(estimate.hostId) ?? ''}\n${estimate.hostId}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const names = found.map(({ hostId }) => naturalKey(index.hostName(hostId) ?? hostId))
  const order = [...found.keys()].sort((a, b) => compareText(names[a] ?? '', names[b] ?? ''))
  const sort = query.sort ?? 'name'
  const descending = sort.startsWith('-')
  const field = descending ? sort.slice(1) : sort
  if (field !== 'name') sortByNumber(order, found.map(keys[field] ?? keys['ratio']), descending)
  else if (descending) order.reverse()
  const offset = query.offset ?? 0
  const items: EstimateView[] = order
    .slice(offset, offset + (query.limit ?? 100))
    .flatMap((nth) => found[nth] ?? [])
    .map((estimate) => estimateView(estimate, index, app))
  return { items, total: found.length }
}

const keys: Readonly<Record<string, (estimate: HostEstimate) => number>> & {
  readonly ratio: (estimate: HostEstimate) => number
} = {
  ratio: ({ cores }) => cores.ratio,
  free: ({ cores }) => cores.free,
  confidence: ({ cores, memoryMiB }) => Math.min(cores.confidence, memoryMiB.confidence),
  violations: ({ cores, memoryMiB }) =>
    cores.record.judged === 0 ? Number.NaN : Math.max(cores.record.violationRate, memoryMiB.record.violationRate),
}
