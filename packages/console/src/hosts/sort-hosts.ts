// Hosts in the order that was asked for; what is not measured comes last in both directions.
import type { HostView } from '@gleaner/model'
import { amountOf, type ResourceKey, type Shading } from './shade.ts'

const byName = new Intl.Collator('en', { numeric: true })

export function sortHosts(
  hosts: readonly HostView[],
  order: string,
  meaning: { readonly by: Shading; readonly resource: ResourceKey },
): readonly HostView[] {
  const down = order.startsWith('-')
  const key = down ? order.slice(1) : order
  const valueOf = (host: HostView): number | undefined => {
    if (key === 'by') return amountOf(host, meaning.by, meaning.resource)
    if (key === 'cpu') return host.cpuCores
    if (key === 'memory') return host.usedMemoryMiB
    return key === 'instances' ? host.runningInstances : undefined
  }
  return hosts.toSorted((a, b) => {
    if (key === 'name') return down ? byName.compare(b.name, a.name) : byName.compare(a.name, b.name)
    const [x, y] = [valueOf(a), valueOf(b)]
    if (x === undefined || y === undefined) return x === y ? byName.compare(a.name, b.name) : x === undefined ? 1 : -1
    return (down ? y - x : x - y) || byName.compare(a.name, b.name)
  })
}
