// The sections `meters` and `energy` of the configuration: what is measured where, what hangs on which outlet, and who pays for
// what. Secrets are resolved here and stand in no log, no answer and no database.
import {
  type OutletShareKey,
  type ShareRules,
  type Tariff,
  constantTariff,
  defaultMaxPowerW,
  defaultShareRules,
  dynamicShareRules,
  idleShareRules,
} from '@gleaner/engine'
import { powerPresetNames } from '@gleaner/driver-prometheus'
import { type LineMeterOptions, lineFormats } from '@gleaner/driver-power-line'
import { authProtocols, privacyProtocols, snmpDeviceNames } from '@gleaner/driver-power-snmp'
import { type CloudId, OneOf, cloudId, parseDurationMs } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { type BoardSettings, IpmiMeterConfig, RaplMeterConfig, readBoard, RedfishMeterConfig } from './board-meter.ts'
import { commonMeterKeys, durationText, outletKeys, someText, type Wiring } from './meter-keys.ts'
import { type PrometheusSettings, readPrometheusMeter } from './prometheus-meter.ts'
import { readTariff } from './read-tariff.ts'
import { Secret } from './schema-parts.ts'
import { readSnmp, type SnmpSettings } from './snmp-meter.ts'

const strict = { additionalProperties: false } as const
const oid = (description: string) =>
  Type.String({ pattern: '^\\.?[0-9]+(\\.([0-9]+|\\{outlet\\}|\\{unit\\}))+$', description })

export const SimulatedMeterConfig = Type.Object(
  {
    ...commonMeterKeys,
    kind: Type.Literal('simulated'),
    cloud: someText('Id of the simulated cloud whose hosts it measures'),
  },
  strict,
)

export const ModelMeterConfig = Type.Object(
  {
    ...commonMeterKeys,
    kind: Type.Literal('model'),
    hosts: Type.Optional(
      Type.Array(someText('Name of a host; * stands for any text'), {
        minItems: 1,
        description: 'Which hosts; those that hang on another meter are left out (all)',
      }),
    ),
    idleW: Type.Optional(Type.Number({ minimum: 0, description: 'Watts at rest (what the cloud says of the host)' })),
    fullW: Type.Optional(Type.Number({ minimum: 0, description: 'Watts at full load (what the cloud says)' })),
    curve: Type.Optional(
      Type.Array(Type.Number({ minimum: 0 }), {
        minItems: 2,
        maxItems: 101,
        description:
          'Watts at equal steps from rest to full load, as SPECpower publishes them; in place of idleW and fullW',
      }),
    ),
  },
  strict,
)

export const SnmpMeterConfig = Type.Object(
  {
    ...commonMeterKeys,
    ...outletKeys,
    kind: Type.Literal('snmp'),
    address: someText('Name or address of the strip, with :port where that is not 161'),
    device: Type.Optional(
      OneOf([...snmpDeviceNames], { description: 'Which strip, for the places of its figures (or powerOid)' }),
    ),
    unit: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1000, description: 'Which of several strips that are chained (the first)' }),
    ),
    version: Type.Optional(OneOf(['1', '2c', '3'], { description: 'Of SNMP (2c)' })),
    community: Type.Optional(Type.Union(Secret.anyOf, { description: 'With version 1 and 2c (public)' })),
    user: Type.Optional(someText('With version 3: name of the user')),
    auth: Type.Optional(
      Type.Object(
        {
          protocol: Type.Optional(OneOf(authProtocols, { description: 'How it is signed (sha256)' })),
          password: Secret,
        },
        strict,
      ),
    ),
    privacy: Type.Optional(
      Type.Object(
        {
          protocol: Type.Optional(
            OneOf(privacyProtocols, {
              description: 'How it is encrypted (aes); DES is not offered, because OpenSSL has it no more',
            }),
          ),
          password: Secret,
        },
        strict,
      ),
    ),
    context: Type.Optional(someText('With version 3: name of the context, where the agent has several (none)')),
    powerOid: Type.Optional(
      oid('OID of the watts of an outlet, with {outlet} where its name belongs, in place of device'),
    ),
    wattsPerUnit: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'From its number to watts (1)' })),
    energyOid: Type.Optional(oid('The same of what the outlet has counted')),
    joulesPerUnit: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'From its number to joules (3600: it counts Wh)' }),
    ),
    timeout: Type.Optional(durationText('Longest wait for one answer; asked twice (2s)')),
  },
  strict,
)

export const PrometheusMeterConfig = Type.Object(
  {
    ...commonMeterKeys,
    ...outletKeys,
    kind: Type.Literal('prometheus'),
    url: someText('Address of the Prometheus; the outlets are the values of the label that names the host'),
    preset: Type.Optional(
      OneOf(powerPresetNames, { description: 'Exporter whose figures are known (or expression and label)' }),
    ),
    expression: Type.Optional(someText('PromQL whose answer is one value per host, in place of preset')),
    label: Type.Optional(someText('Label of its answer that names the host (instance)')),
    wattsPerUnit: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'From its value to watts (1)' })),
    bearer: Type.Optional(Type.Union(Secret.anyOf, { description: 'Token that the Prometheus asks for (none)' })),
    timeout: Type.Optional(durationText('Longest wait for one answer (10s)')),
  },
  strict,
)

export const WattmeterConfig = Type.Object(
  {
    ...commonMeterKeys,
    ...outletKeys,
    kind: Type.Literal('wattmeter'),
    address: someText('tcp://host:port, or the path of a device such as /dev/ttyUSB0 whose line is set up already'),
    format: Type.Optional(
      OneOf(lineFormats, { description: 'wattsup: #d,… of a Watts Up; plain: outlet and watts on a line (plain)' }),
    ),
  },
  strict,
)

export const meterSchemas = {
  ipmi: IpmiMeterConfig,
  redfish: RedfishMeterConfig,
  rapl: RaplMeterConfig,
  wattmeter: WattmeterConfig,
  prometheus: PrometheusMeterConfig,
  snmp: SnmpMeterConfig,
  simulated: SimulatedMeterConfig,
  model: ModelMeterConfig,
} as const
export type PrometheusMeterConfig = Static<typeof PrometheusMeterConfig>
export type SnmpMeterConfig = Static<typeof SnmpMeterConfig>
export type MeterConfig = Static<(typeof meterSchemas)[keyof typeof meterSchemas]>
export const meterKinds = Object.keys(meterSchemas) as (keyof typeof meterSchemas)[]

const TariffConfig = (what: string) =>
  Type.Union(
    [
      Type.Number({ minimum: 0 }),
      Type.Object({ file: someText('CSV: a time (RFC 3339) and a value per line; each holds until the next') }, strict),
    ],
    { description: `${what}: a number, or a file of values over time` },
  )

export const EnergyConfig = Type.Object(
  {
    idle: Type.Optional(
      OneOf(idleShareRules, {
        description: `How what a host draws at rest is shared by its instances (${defaultShareRules.idle})`,
      }),
    ),
    dynamic: Type.Optional(
      OneOf(dynamicShareRules, { description: `How what work adds is shared (${defaultShareRules.dynamic})` }),
    ),
    carbon: Type.Optional(TariffConfig('Grams of CO2 per kWh')),
    price: Type.Optional(TariffConfig('Price of a kWh')),
    currency: Type.Optional(
      Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code of the price’s currency (EUR)' }),
    ),
  },
  strict,
)
export type EnergyConfig = Static<typeof EnergyConfig>

export interface OutletWiring {
  readonly outlet: string
  /** Names of hosts. */
  readonly hosts: readonly string[]
  readonly share: OutletShareKey
}

export interface MeterSettings {
  readonly id: string
  readonly periodMs: number
  readonly maxPowerW: number
  readonly stuckAfterMs: number
  readonly clouds: readonly CloudId[]
  /** Undefined: each host is an outlet of its own name. */
  readonly outlets: readonly OutletWiring[] | undefined
  readonly config: MeterConfig
  /** With kind snmp. */
  readonly snmp: SnmpSettings | undefined
  /** With kind prometheus. */
  readonly prometheus: PrometheusSettings | undefined
  /** With kind ipmi, redfish or rapl. */
  readonly board: BoardSettings | undefined
  /** With kind wattmeter. */
  readonly line: Pick<LineMeterOptions, 'from' | 'format'> | undefined
}

export interface EnergySettings {
  readonly shares: ShareRules
  readonly carbon: Tariff
  readonly price: Tariff
  readonly currency: string
  readonly meters: readonly MeterSettings[]
}

type Path = readonly (string | number)[]

export interface MeterReadingContext {
  readonly fault: (path: Path, detail: string) => void
  readonly cloudIds: readonly string[]
  readonly simulatedIds: readonly string[]
  readonly secret: (value: Secret | undefined, path: Path) => string | undefined
  readonly resolvePath: (path: string) => string
}

const defaultPeriodMs = 10_000
const leastPeriodMs = 1000
const mostPeriodMs = 900_000

export function readMeter(config: MeterConfig, reading: MeterReadingContext): MeterSettings {
  const { fault, cloudIds, simulatedIds } = reading
  const periodMs = config.period === undefined ? defaultPeriodMs : (parseDurationMs(config.period) ?? 0)
  if (periodMs < leastPeriodMs || periodMs > mostPeriodMs) fault(['period'], 'period is at least 1s and at most 15m')
  for (const [index, name] of (config.clouds ?? []).entries())
    if (!cloudIds.includes(name)) fault(['clouds', index], `the cloud "${name}" is not configured below clouds`)
  if (config.kind === 'simulated' && !simulatedIds.includes(config.cloud))
    fault(['cloud'], `"${config.cloud}" is no simulated cloud of this configuration`)
  if (config.kind === 'model' && config.curve !== undefined && (config.idleW ?? config.fullW) !== undefined)
    fault(['curve'], 'give a curve, or idleW and fullW')
  if (config.kind === 'model' && (config.idleW ?? 0) > (config.fullW ?? Number.POSITIVE_INFINITY))
    fault(['idleW'], `idleW ${config.idleW} is above fullW ${config.fullW}`)
  const named = config.kind === 'simulated' ? [config.cloud] : (config.clouds ?? cloudIds)
  const given = (config as { readonly outlets?: Readonly<Record<string, Wiring>> }).outlets
  return {
    id: config.id,
    periodMs,
    maxPowerW: config.maxPowerW ?? defaultMaxPowerW,
    stuckAfterMs: stuckAfterMs(config),
    clouds: named.map(cloudId),
    outlets: given && Object.entries(given).map(([outlet, wiring]) => wiringOf(outlet, wiring, fault)),
    config,
    snmp: config.kind === 'snmp' ? readSnmp(config, reading) : undefined,
    board: readBoard(config, reading),
    line:
      config.kind === 'wattmeter'
        ? { from: lineOf(config.address, fault), format: config.format ?? 'plain' }
        : undefined,
    prometheus: config.kind === 'prometheus' ? readPrometheusMeter(config, reading) : undefined,
  }
}

function lineOf(address: string, fault: MeterReadingContext['fault']): LineMeterOptions['from'] {
  if (address.startsWith('/')) return { path: address }
  const found = /^tcp:\/\/(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(address)
  const port = Number(found?.[3] ?? 0)
  if (port < 1 || port > 65_535) fault(['address'], `"${address}" is neither tcp://host:port nor the path of a device`)
  return { host: found?.[1] ?? found?.[2] ?? '', port }
}

/** What is worked out, or simulated, may well stand still. */
function stuckAfterMs({ stuckAfter, kind }: MeterConfig): number {
  if (stuckAfter === 'off' || (stuckAfter === undefined && kind === 'model')) return Number.POSITIVE_INFINITY
  return parseDurationMs(stuckAfter ?? '6h') ?? Number.POSITIVE_INFINITY
}

function wiringOf(outlet: string, wiring: Wiring, fault: MeterReadingContext['fault']): OutletWiring {
  if (typeof wiring === 'string') return { outlet, hosts: [wiring], share: 'equal' }
  const { host, hosts, share = 'equal' } = wiring
  const at = ['outlets', outlet]
  if ((host === undefined) === (hosts === undefined)) fault(at, 'give host, or hosts')
  const names = host === undefined ? (hosts ?? []) : [host]
  if (new Set(names).size < names.length) fault(at, 'a host is named twice on one outlet')
  if (typeof share !== 'string' && share.length !== names.length)
    fault([...at, 'share'], `there are ${names.length} hosts and ${share.length} parts`)
  return { outlet, hosts: names, share }
}

export function readEnergy(
  given: EnergyConfig = {},
  reading: {
    readonly meters: readonly MeterSettings[]
    readonly fault: (path: Path, detail: string) => void
    readonly resolvePath: (path: string) => string
  },
): EnergySettings {
  const { meters, fault, resolvePath } = reading
  const tariff = (key: 'carbon' | 'price'): Tariff => {
    const value = given[key]
    if (value === undefined) return { steps: [] }
    if (typeof value === 'number') return constantTariff(value)
    return readTariff(resolvePath(value.file), (detail) => fault([key, 'file'], detail))
  }
  return {
    shares: { idle: given.idle ?? defaultShareRules.idle, dynamic: given.dynamic ?? defaultShareRules.dynamic },
    carbon: tariff('carbon'),
    price: tariff('price'),
    currency: given.currency ?? 'EUR',
    meters,
  }
}
