// How a host is coloured: a share of something, 0..1, and whether something is wrong with it, which always shows as a shape
// whatever the colour means.
import type { HostView } from '@gleaner/model'
import type { MarkShape, MarkTone } from '../parts/mark.tsx'
import { percent } from '../words/quantity.ts'

export const shadings = [
  'used',
  'idle',
  'firmPeak',
  'lent',
  'headroom',
  'reserved',
  'leased',
  'overdrawn',
  'power',
] as const
export type Shading = (typeof shadings)[number]
export type ResourceKey = 'cores' | 'memoryMiB'

export const shadingWord: Readonly<Record<Shading, string>> = {
  used: 'use now',
  idle: 'idle, can be gleaned',
  firmPeak: 'firm peak',
  lent: 'lent',
  headroom: 'headroom',
  reserved: 'reserved',
  leased: 'leased',
  overdrawn: 'overdrawn',
  power: 'power, of what it can draw',
}

export function isShading(text: string | undefined): text is Shading {
  return shadings.some((shading) => shading === text)
}

/** The amount in the unit of the resource (W for power); undefined when it is not known. */
export function amountOf(host: HostView, by: Shading, resource: ResourceKey): number | undefined {
  if (by === 'power') {
    const { idlePowerW, fullPowerW, cpuCores } = host
    if (idlePowerW === undefined || fullPowerW === undefined || cpuCores === undefined) return undefined
    return idlePowerW + (fullPowerW - idlePowerW) * Math.min(1, cpuCores / host.cores)
  }
  const line = host.ledger[resource]
  return by === 'used' ? line.used : line[by]
}

/** The same as a share of the whole host. */
export function shareOf(host: HostView, by: Shading, resource: ResourceKey): number | undefined {
  const amount = amountOf(host, by, resource)
  const whole = by === 'power' ? host.fullPowerW : host.ledger[resource].physical
  return amount === undefined || whole === undefined || whole <= 0 ? undefined : Math.min(1, amount / whole)
}

export interface Trouble {
  readonly shape: MarkShape
  readonly tone: MarkTone
  readonly text: string
}

export function troubleOf(host: HostView): Trouble | undefined {
  if (host.state === 'down') return { shape: 'cross', tone: 'danger', text: 'down' }
  if (host.state === 'unknown') return { shape: 'question', tone: 'warning', text: 'state unknown' }
  if (host.state === 'maintenance') return { shape: 'bars', tone: 'warning', text: 'in maintenance' }
  if (host.state === 'disabled') return { shape: 'bars', tone: 'quiet', text: 'disabled' }
  if (host.state === 'asleep') return { shape: 'half', tone: 'accent', text: 'asleep' }
  if (host.ledger.cores.overdrawn > 0 || host.ledger.memoryMiB.overdrawn > 0) {
    return { shape: 'triangle', tone: 'danger', text: 'overdrawn' }
  }
  if (!host.measured) return { shape: 'question', tone: 'quiet', text: 'not wholly measured' }
  return undefined
}

/** One sentence for the pointer. */
export function tellHost(host: HostView, by: Shading, resource: ResourceKey): string {
  const share = shareOf(host, by, resource)
  const trouble = troubleOf(host)
  const value = share === undefined ? 'not measured' : percent(share)
  const what = by === 'power' ? '' : resource === 'cores' ? ' (cores)' : ' (memory)'
  return `${host.name}: ${shadingWord[by]}${what} ${value}, ${host.runningInstances} of ${host.instances} instances running${trouble === undefined ? '' : `, ${trouble.text}`}`
}
