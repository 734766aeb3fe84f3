// The hosts of the section `power` with every secret resolved, each checked against the schema of its wire.
import { parseDurationMs } from '@gleaner/model'
import * as Value from 'typebox/value'
import { type HostPowerConfig, hostPowerKinds, type HostPowerWire } from './host-power.ts'
import type { Secret } from './schema-parts.ts'

type Resolved<Wire> = Wire extends { readonly password: unknown }
  ? Omit<Wire, 'password' | 'timeout'> & { readonly password: string; readonly timeoutMs: number }
  : Omit<Wire, 'timeout'> & { readonly timeoutMs: number }

export type PowerWire = Resolved<HostPowerWire>

export interface HostPowerSettings {
  readonly name: string
  readonly cloud: string | undefined
  readonly operationsPerS: number | undefined
  /** Undefined: only its figure is given. */
  readonly power: PowerWire | undefined
}

export interface HostPowerReading {
  readonly fault: (path: readonly (string | number)[], detail: string) => void
  readonly secret: (value: Secret | undefined, path: readonly (string | number)[]) => string | undefined
  readonly resolvePath: (path: string) => string
  readonly cloudIds: readonly string[]
}

const defaultTimeoutMs = 10_000
const leastTimeoutMs = 100
const mostTimeoutMs = 600_000

export function hostPowerSettings(
  given: readonly HostPowerConfig[],
  reading: HostPowerReading,
): readonly HostPowerSettings[] {
  const { fault, cloudIds } = reading
  const seen = new Set<string>()
  return given.map((host, at) => {
    const { name, cloud, operationsPerS } = host
    if (cloud !== undefined && !cloudIds.includes(cloud))
      fault(
        [at, 'cloud'],
        `there is no cloud "${cloud}"; there ${cloudIds.length === 0 ? 'is none' : `are ${cloudIds.join(', ')}`}`,
      )
    if (cloud === undefined && cloudIds.length > 1)
      fault([at, 'name'], `say the cloud of "${name}": there are ${cloudIds.join(', ')}`)
    const key = `${cloud ?? ''} ${name}`
    if (seen.has(key)) fault([at, 'name'], `the host "${name}" is there twice`)
    seen.add(key)
    return { name, cloud, operationsPerS, power: wireOf(host, at, reading) }
  })
}

function wireOf({ power }: HostPowerConfig, at: number, reading: HostPowerReading): PowerWire | undefined {
  if (power === undefined) return undefined
  const schema = hostPowerKinds[power.kind]
  const [first] = Value.Errors(schema, power)
  if (first !== undefined) {
    reading.fault([at, 'power'], `${first.instancePath.slice(1).replaceAll('/', '.') || power.kind}: ${first.message}`)
    return undefined
  }
  const { timeout, ...wire } = power as unknown as HostPowerWire
  // What no timer of Node holds would fire at once.
  const timeoutMs = timeout === undefined ? defaultTimeoutMs : (parseDurationMs(timeout) ?? 0)
  if (timeoutMs < leastTimeoutMs || timeoutMs > mostTimeoutMs)
    reading.fault([at, 'power', 'timeout'], 'timeout is at least 100ms and at most 10m')
  if (!('password' in wire)) return { ...wire, timeoutMs }
  const password = reading.secret(wire.password, [at, 'power', 'password'])
  // The fault is told already.
  if (password === undefined) return undefined
  if (wire.kind === 'redfish' && wire.ca !== undefined)
    return { ...wire, ca: reading.resolvePath(wire.ca), password, timeoutMs }
  return { ...wire, password, timeoutMs }
}
