// Reads the resource providers of placement: inventories and traits, two calls each. A provider whose generation is what
// it was is not read again: placement raises it with every change, an allocation included.
import type { PlacementClient, ResourceProvider } from '@gleaner/wire-openstack'
import { eachAtOnce } from './each-at-once.ts'
import type { ProviderReading } from './host-reading.ts'

const readersAtOnce = 6

export class ProviderCache {
  #known = new Map<string, { readonly generation: number; readonly reading: ProviderReading }>()

  /** By the id of the provider, which is that of the hypervisor; only those that are asked for. */
  async read(
    placement: PlacementClient,
    isWanted: (provider: ResourceProvider) => boolean,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ProviderReading>> {
    const wanted = (await placement.providers(signal)).filter(isWanted)
    const found = await eachAtOnce(readersAtOnce, wanted, async ({ id, generation }) => {
      const known = this.#known.get(id)
      if (known?.generation === generation) return [id, known] as const
      const inventories = await placement.inventories(id, signal)
      const traits = await placement.traits(id, signal)
      return [id, { generation: inventories.generation, reading: { inventories, traits } }] as const
    })
    this.#known = new Map(found)
    return new Map(found.map(([id, { reading }]) => [id, reading]))
  }
}
