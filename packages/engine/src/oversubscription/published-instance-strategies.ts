// The published strategies that add up instances: rclike (after Microsoft's Resource Central) and maxpeak, the larger of
// nsigma and rclike (after Google's).
// rclike: an instance with an incomplete window counts with all it was promised, any other with P99 of its processor usage
// and its largest memory usage; never more than it was promised.
// As published, usage in cores is multiplied by the number of cores before the clamp, memory is not clamped, and an absent
// instance goes on counting with its last window unless it ended by repeating itself.
// Source: ScroogeVM, model/oversubscription_computation/vmbasedoversubscription.py.
import type { InstanceSlice } from './host-slice.ts'
import { nsigmaStrategy, stateless, type StrategySettings } from './published-host-strategies.ts'
import type { InstanceWindow } from './slice-history.ts'
import type { Sight, Strategy } from './strategy.ts'

export function rclikeStrategy(settings: StrategySettings): Strategy {
  return stateless('rclike', (sight) => {
    const percent = settings.parameters.rclike[sight.resource]
    let used = 0
    let counted = 0
    let cold = 0
    for (const window of sight.history.instances.values()) {
      if (!counts(window, settings.asPublished)) continue
      counted++
      if (!sight.history.isFull(window)) cold++
      used += instanceUse(window, sight, settings)
    }
    return { used, evidence: { percent, instances: counted, cold } }
  })
}

export function maxpeakStrategy(settings: StrategySettings): Strategy {
  const byHost = nsigmaStrategy(settings).start()
  const byInstance = rclikeStrategy(settings).start()
  return stateless('maxpeak', (sight) => {
    const host = byHost.step(sight)
    const instances = byInstance.step(sight)
    return {
      used: instances.used > host.used ? instances.used : host.used,
      evidence: { ...host.evidence, ...instances.evidence, nsigma: host.used, rclike: instances.used },
    }
  })
}

function counts(window: InstanceWindow, asPublished: boolean): boolean {
  return asPublished ? !window.hasEnded && window.slices.length > 0 : window.isPresent
}

function instanceUse(window: InstanceWindow, sight: Sight, { parameters, asPublished }: StrategySettings): number {
  const { resource, history } = sight
  const { allocation } = (window.slices.at(-1) as InstanceSlice)[resource]
  if (!history.isFull(window)) return allocation
  const peak = history.percentile(resource, parameters.rclike[resource], window)
  // No sample in the whole window: nothing is known, so all of it counts.
  if (Number.isNaN(peak)) return allocation
  if (!asPublished) return Math.min(allocation, peak)
  return resource === 'cpu' ? Math.min(allocation, peak * allocation) : peak
}
