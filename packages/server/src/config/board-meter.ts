// Meters that machines bring along: their BMC by IPMI or Redfish, their processors by RAPL. As the configuration has them, and as the
// server uses them; secrets are resolved. Boards share one user, so that a rack of them is one meter.
import { boardAddress } from '@gleaner/driver-power'
import { OneOf, parseDurationMs } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { commonMeterKeys, durationText, outletKeys, someText } from './meter-keys.ts'
import type { MeterConfig, MeterReadingContext } from './metering.ts'
import { Secret } from './schema-parts.ts'

const strict = { additionalProperties: false } as const

export const IpmiMeterConfig = Type.Object(
  {
    ...commonMeterKeys,
    ...outletKeys,
    kind: Type.Literal('ipmi'),
    user: Type.String({ minLength: 1, maxLength: 16, description: 'Of the boards; the outlets are their addresses' }),
    password: Secret,
    cipherSuite: Type.Optional(Type.Integer({ minimum: 0, maximum: 255, description: 'RMCP+ cipher suite (3)' })),
    sensor: Type.Optional(
      Type.String({
        pattern: '^[^-\\s][^\\n]{0,63}$',
        description: 'Name of a sensor in watts, where the boards have no DCMI (the power reading of DCMI)',
      }),
    ),
    timeout: Type.Optional(durationText('Longest wait for one answer (5s)')),
  },
  strict,
)

export const RedfishMeterConfig = Type.Object(
  {
    ...commonMeterKeys,
    ...outletKeys,
    kind: Type.Literal('redfish'),
    user: someText('Of the services; the outlets are their addresses, with /CHASSIS where one has several'),
    password: Secret,
    scheme: Type.Optional(OneOf(['https', 'http'], { description: 'How they are reached (https)' })),
    ca: Type.Optional(someText('PEM file of the authorities to trust')),
    verify: Type.Optional(Type.Boolean({ description: 'false: any certificate will do (true)' })),
    timeout: Type.Optional(durationText('Longest wait for one answer (5s)')),
  },
  strict,
)

export const RaplMeterConfig = Type.Object(
  {
    ...commonMeterKeys,
    outlets: Type.Optional(outletKeys.outlets),
    kind: Type.Literal('rapl'),
    agents: Type.Optional(
      Type.Literal(true, {
        description:
          'What agents on hosts tell, in place of outlets: each host is an outlet by itself (rapl: true in agent.yaml)',
      }),
    ),
    hosts: Type.Optional(
      Type.Array(someText('Name of a host; * stands for any text'), {
        minItems: 1,
        description: 'With agents: which hosts; those that hang on another meter are left out (all)',
      }),
    ),
    folder: Type.Optional(someText('Where Linux has the zones, by whose names outlets go (/sys/class/powercap)')),
  },
  strict,
)

interface Reached {
  readonly user: string
  readonly password: string
  readonly timeoutMs: number
}

export type BoardSettings =
  | (Reached & { readonly kind: 'ipmi'; readonly cipherSuite: number; readonly sensor: string | undefined })
  | (Reached & {
      readonly kind: 'redfish'
      readonly scheme: 'https' | 'http'
      readonly ca: string | undefined
      readonly verify: boolean
    })
  | { readonly kind: 'rapl'; readonly folder: string }

const defaultTimeoutMs = 5000
const leastTimeoutMs = 100
const mostTimeoutMs = 14_000
const defaultFolder = '/sys/class/powercap'

/** Undefined where the meter is of another kind. */
export function readBoard(config: MeterConfig, reading: MeterReadingContext): BoardSettings | undefined {
  switch (config.kind) {
    case 'ipmi': {
      checkAddresses(config, reading)
      const { user, cipherSuite = 3, sensor } = config
      return { kind: 'ipmi', user, cipherSuite, sensor, ...reachedOf(config, reading) }
    }
    case 'redfish': {
      checkAddresses(config, reading)
      const { user, scheme = 'https', ca, verify = true } = config
      if (scheme === 'http' && (ca !== undefined || config.verify !== undefined))
        reading.fault(['scheme'], 'ca and verify belong to https')
      const file = ca === undefined ? undefined : reading.resolvePath(ca)
      return { kind: 'redfish', user, scheme, ca: file, verify, ...reachedOf(config, reading) }
    }
    case 'rapl':
      if ((config.agents === undefined) === (config.outlets === undefined))
        reading.fault([], 'give outlets, or agents: true')
      if (config.agents === undefined && config.hosts !== undefined)
        reading.fault(['hosts'], 'hosts belongs to agents: true')
      if (config.agents === true && config.folder !== undefined) reading.fault(['folder'], 'agents have their own')
      return { kind: 'rapl', folder: config.folder ?? defaultFolder }
    default:
      return undefined
  }
}

type Board = Static<typeof IpmiMeterConfig> | Static<typeof RedfishMeterConfig>

function reachedOf({ timeout, password }: Board, { fault, secret }: MeterReadingContext) {
  const timeoutMs = timeout === undefined ? defaultTimeoutMs : (parseDurationMs(timeout) ?? 0)
  if (timeoutMs < leastTimeoutMs || timeoutMs > mostTimeoutMs)
    fault(['timeout'], 'timeout is at least 100ms and at most 14s')
  return { timeoutMs, password: secret(password, ['password']) ?? '' }
}

function checkAddresses({ kind, outlets }: Board, { fault }: MeterReadingContext): void {
  for (const outlet of Object.keys(outlets)) {
    const [address = '', ...chassis] = kind === 'redfish' ? outlet.split('/') : [outlet]
    if (boardAddress(address, 443).host === '' || chassis.length > 1 || chassis[0] === '')
      fault(
        ['outlets', outlet],
        `"${outlet}" is no address of a board, such as bmc-1, 10.0.0.5:${kind === 'ipmi' ? '6623' : '8443 or bmc-1/Blade1'}`,
      )
  }
}
