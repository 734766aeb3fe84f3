// Raw slices in a form that can be written down and read back: what the published strategies look at besides what they carry.
// JSON has no NaN: a missing sample is null.
import type { HostSlice, InstanceSlice, Samples } from '../host-slice.ts'

type SavedSamples = readonly (number | null)[]

interface SavedShare {
  readonly size: number
  readonly usage: SavedSamples
}

export interface SavedSlice {
  readonly index: number
  readonly epochS: number
  readonly cpu: SavedShare
  readonly memory: SavedShare
  readonly instances: readonly { readonly name: string; readonly cpu: SavedShare; readonly memory: SavedShare }[]
}

export function saveSlice({ index, epochS, cpu, memory, instances }: HostSlice): SavedSlice {
  return {
    index,
    epochS,
    cpu: { size: cpu.capacity, usage: saveSamples(cpu.usage) },
    memory: { size: memory.capacity, usage: saveSamples(memory.usage) },
    instances: instances.map((instance) => ({
      name: instance.name,
      cpu: { size: instance.cpu.allocation, usage: saveSamples(instance.cpu.usage) },
      memory: { size: instance.memory.allocation, usage: saveSamples(instance.memory.usage) },
    })),
  }
}

export function loadSlice({ index, epochS, cpu, memory, instances }: SavedSlice): HostSlice {
  return {
    index,
    epochS,
    cpu: { capacity: cpu.size, usage: loadSamples(cpu.usage) },
    memory: { capacity: memory.size, usage: loadSamples(memory.usage) },
    instances: instances.map(
      (instance): InstanceSlice => ({
        name: instance.name,
        cpu: { allocation: instance.cpu.size, usage: loadSamples(instance.cpu.usage) },
        memory: { allocation: instance.memory.size, usage: loadSamples(instance.memory.usage) },
      }),
    ),
  }
}

function saveSamples(samples: Samples): SavedSamples {
  return Array.from(samples, (value) => (Number.isNaN(value) ? null : value))
}

function loadSamples(saved: SavedSamples): Samples {
  return Float64Array.from(saved, (value) => value ?? Number.NaN)
}
