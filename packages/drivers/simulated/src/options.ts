// What a simulated cloud can be told, with its defaults: a datacentre that fits on one page and is alive.
import type { Clock } from '@gleaner/ports'
import type { Fault } from './faults.ts'

export interface SimulatedCloudOptions {
  readonly clock: Clock
  /** Id of the cloud; no colon. */
  readonly id?: string
  readonly seed?: number
  /** All hosts, the desktops included. */
  readonly hosts?: number
  readonly desktops?: number
  readonly instances?: number
  readonly projects?: number
  /** How much people do: 1 as usual, 0 nobody creates, deletes or touches anything. */
  readonly activity?: number
  readonly faults?: readonly Fault[]
  /** Whether guests say what memory they use, so that it can be lent (false). */
  readonly guestMemory?: boolean
  /** Whether the cloud speaks for the agents of its desktops (true). */
  readonly desktopAgents?: boolean
}

/** What the world is made from: equal sizes and an equal start give an equal world. */
export interface WorldSize {
  readonly id: string
  readonly seed: number
  readonly hosts: number
  readonly desktops: number
  readonly instances: number
  readonly projects: number
  readonly activity: number
}

export function worldSize(options: SimulatedCloudOptions): WorldSize {
  const hosts = whole('hosts', options.hosts ?? 24)
  const size = {
    id: options.id ?? 'simulated',
    seed: (options.seed ?? 1) >>> 0,
    hosts,
    desktops: whole('desktops', options.desktops ?? Math.min(4, Math.floor(hosts / 6))),
    instances: whole('instances', options.instances ?? 300),
    projects: whole('projects', options.projects ?? 6),
    activity: options.activity ?? 1,
  }
  if (size.id === '' || size.id.includes(':')) throw new RangeError(`"${size.id}" is no id of a cloud`)
  if (size.desktops > size.hosts) throw new RangeError('more desktops than hosts')
  if (size.projects < 1) throw new RangeError('at least one project is needed')
  if (!(size.activity >= 0 && size.activity < 1000)) throw new RangeError('activity is 0 or more')
  return size
}

function whole(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 1_000_000) throw new RangeError(`${name} = ${value}`)
  return value
}
