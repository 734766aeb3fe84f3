// Slices for tests: usage per instance and of the host, in few words.
import type { HostSlice, InstanceSlice } from '../host-slice.ts'

export interface SliceParts {
  readonly index?: number
  readonly capacity?: number
  readonly memoryCapacity?: number
  readonly cpu: readonly number[]
  readonly memory?: readonly number[]
  readonly instances?: readonly InstanceParts[]
}

export interface InstanceParts {
  readonly name: string
  readonly cores?: number
  readonly memoryMB?: number
  readonly cpu?: readonly number[]
  readonly memory?: readonly number[]
  readonly isRepeat?: boolean
}

export function buildSlice(parts: SliceParts): HostSlice {
  const { index = 0, capacity = 8, memoryCapacity = 0, cpu, memory = [], instances = [] } = parts
  return {
    index,
    epochS: index * 3600,
    cpu: { capacity, usage: Float64Array.from(cpu) },
    memory: { capacity: memoryCapacity, usage: Float64Array.from(memory) },
    instances: instances.map(buildInstance),
  }
}

function buildInstance({
  name,
  cores = 1,
  memoryMB = 0,
  cpu = [],
  memory = [],
  isRepeat,
}: InstanceParts): InstanceSlice {
  return {
    name,
    cpu: { allocation: cores, usage: Float64Array.from(cpu) },
    memory: { allocation: memoryMB, usage: Float64Array.from(memory) },
    ...(isRepeat === undefined ? {} : { isRepeat }),
  }
}
