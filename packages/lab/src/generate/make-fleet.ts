// A synthetic fleet: hosts, instances that come and go, and what each uses at every step. Sizes after Azure's published
// distribution of 2017 (51, 25, 17 and 7 % with 1, 2, 4 and 8 cores; memory 1.75, 3.5 or 7 GB a core); lifetimes exponential;
// loads: a level of its own for each instance (mean 25 %, many nearly idle: the square of a uniform number) shaped by
//   decreasing, increasing   a straight line from (to) the double of the level to (from) nearly nothing
//   periodic                 a day of `periodS` with a phase near that of all others
//   bursty                   idle, with bursts to the full size, exponential gaps and lengths
//   mixed                    each instance one of these or steady
// plus noise that remembers (first order, 0.7). Memory grows slowly to a share of its own.
import { SeededRandom } from './seeded-random.ts'

export const loadShapes = ['decreasing', 'increasing', 'periodic', 'bursty', 'mixed'] as const
export type LoadShape = (typeof loadShapes)[number]

export interface FleetOptions {
  readonly seed: number
  readonly shape: LoadShape
  readonly hosts: number
  readonly instancesPerHost: number
  readonly scopes: number
  readonly scopeS: number
  readonly stepS: number
  readonly periodS: number
  /** Share of the instances that are not there from the first to the last step. */
  readonly churn: number
}

export interface FleetInstance {
  readonly name: string
  readonly host: number
  readonly cores: number
  readonly memoryMB: number
  /** Half-open, in steps. */
  readonly from: number
  readonly to: number
  /** Cores and MB used, from `from` on. */
  readonly cpu: Float64Array
  readonly memory: Float64Array
}

export interface Fleet {
  readonly options: FleetOptions
  readonly steps: number
  readonly hostCores: number
  readonly hostMemoryMB: number
  readonly instances: readonly FleetInstance[]
}

const coreSizes = [
  [1, 51],
  [2, 25],
  [4, 17],
  [8, 7],
] as const
const memoryPerCoreMB = [
  [1750, 40],
  [3500, 45],
  [7000, 15],
] as const
/** Booked to physical at the fullest. */
const soldRatio = 3

export function makeFleet(options: FleetOptions): Fleet {
  const random = new SeededRandom(options.seed)
  const steps = Math.round((options.scopes * options.scopeS) / options.stepS)
  const instances: FleetInstance[] = []
  for (let host = 0; host < options.hosts; host++) {
    for (let number = 0; number < options.instancesPerHost; number++) {
      instances.push(makeInstance({ random, options, steps }, host, number))
    }
  }
  const booked = (pick: (instance: FleetInstance) => number): number =>
    instances.reduce((sum, instance) => sum + pick(instance), 0) / options.hosts
  return {
    options,
    steps,
    hostCores: Math.max(2, Math.round(booked(({ cores }) => cores) / soldRatio)),
    hostMemoryMB: Math.max(2000, Math.round(booked(({ memoryMB }) => memoryMB))),
    instances,
  }
}

interface Maker {
  readonly random: SeededRandom
  readonly options: FleetOptions
  readonly steps: number
}

function makeInstance({ random, options, steps }: Maker, host: number, number: number): FleetInstance {
  const cores = random.pick(coreSizes)
  const memoryMB = cores * random.pick(memoryPerCoreMB)
  let from = 0
  let to = steps
  if (random.next() < options.churn) {
    from = random.next() < 0.5 ? 0 : Math.floor(random.next() * steps * 0.8)
    to = Math.min(steps, from + Math.max(1, Math.round(random.exponential(steps / 3))))
  }
  const shape =
    options.shape === 'mixed'
      ? random.pick<LoadShape | 'steady'>([
          ['steady', 40],
          ['periodic', 25],
          ['bursty', 20],
          ['increasing', 8],
          ['decreasing', 7],
        ])
      : options.shape
  const level = Math.max(0.02, random.next() ** 2 * 0.75)
  const shapeAt = shapeOf(shape, { random, options, steps })
  const cpu = new Float64Array(to - from)
  const memory = new Float64Array(to - from)
  const memoryShare = random.between(0.3, 0.9)
  let noise = 0
  for (let i = 0; i < cpu.length; i++) {
    noise = 0.7 * noise + 0.3 * random.normal()
    const share = Math.min(1, Math.max(0, level * shapeAt(from + i) * (1 + 0.3 * noise)))
    cpu[i] = round(share * cores, 1e4)
    const grown = memoryShare * (0.6 + 0.4 * (1 - Math.exp((-3 * i) / steps)))
    memory[i] = round(memoryMB * Math.min(1, grown + 0.01 * noise), 10)
  }
  return { name: `i-${host}-${number}`, host, cores, memoryMB, from, to, cpu, memory }
}

function shapeOf(shape: LoadShape | 'steady', { random, options, steps }: Maker): (step: number) => number {
  const phase = random.between(-0.08, 0.08)
  let burstUntil = -1
  let nextBurst = random.exponential(steps / 12)
  switch (shape) {
    case 'steady':
    case 'mixed':
      return () => 1
    case 'decreasing':
      return (step) => 2 - (1.9 * step) / steps
    case 'increasing':
      return (step) => 0.1 + (1.9 * step) / steps
    case 'periodic':
      return (step) => 1 + 0.9 * Math.sin(2 * Math.PI * ((step * options.stepS) / options.periodS + phase))
    case 'bursty':
      return (step) => {
        if (step >= nextBurst) {
          burstUntil = step + random.exponential(steps / 60)
          nextBurst = burstUntil + random.exponential(steps / 12)
        }
        return step < burstUntil ? 6 : 0.4
      }
  }
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}
