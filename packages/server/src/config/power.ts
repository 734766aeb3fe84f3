// The section `power` of the configuration: when hosts sleep, by which wire each is switched, and what work they do per watt.
import { defaultPowerOptions, type PowerOptions } from '@gleaner/engine'
import { DurationText } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { ConsolidationConfig, type ConsolidationSettings, readConsolidation } from './consolidation.ts'
import type { DurationReader } from './duration-reader.ts'
import { HostPowerConfig } from './host-power.ts'
import { hostPowerSettings, type HostPowerSettings } from './host-power-settings.ts'
import type { Secret } from './schema-parts.ts'

const strict = { additionalProperties: false } as const
const base = defaultPowerOptions
const PropertyValue = Type.Union([Type.String(), Type.Number(), Type.Boolean()])

export const PowerConfig = Type.Object(
  {
    idle: Type.Optional(DurationText),
    keepWarm: Type.Optional(
      Type.Object(
        {
          hosts: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 100_000,
              description: `Empty hosts that stay awake in each cloud (${base.keepWarm.hosts})`,
            }),
          ),
          share: Type.Optional(
            Type.Number({
              minimum: 0,
              maximum: 10,
              description: `The same as a share of the hosts that run something; the larger counts (${base.keepWarm.share})`,
            }),
          ),
        },
        strict,
      ),
    ),
    leastOn: Type.Optional(DurationText),
    leastOff: Type.Optional(DurationText),
    boot: Type.Optional(DurationText),
    wakeMargin: Type.Optional(DurationText),
    wakeTimeout: Type.Optional(DurationText),
    shutdown: Type.Optional(DurationText),
    sleepPowerW: Type.Optional(
      Type.Number({ minimum: 0, maximum: 100_000, description: `What a sleeping host draws (${base.sleepPowerW})` }),
    ),
    idlePowerW: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 100_000,
        description: `What an empty host draws where the cloud does not tell (${base.idlePowerW})`,
      }),
    ),
    sleepsPerHour: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100_000,
        description: `Hosts that may be sent to sleep within an hour (${base.sleepsPerHour})`,
      }),
    ),
    wakesPerMinute: Type.Optional(
      Type.Number({
        minimum: 0.1,
        maximum: 100_000,
        description: `Hosts that are woken for leases within a minute; more are begun earlier (${base.wakesPerMinute})`,
      }),
    ),
    wakeAttempts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        description: `Failed wake-ups, or failed attempts to put it to sleep, after which a host is left to people (${base.wakeAttempts})`,
      }),
    ),
    retry: Type.Optional(DurationText),
    repack: Type.Optional(
      Type.Boolean({
        description: 'Give leases to come other hosts where that saves energy, in the mode enforce (true)',
      }),
    ),
    repackAhead: Type.Optional(DurationText),
    consolidation: Type.Optional(ConsolidationConfig),
    exclude: Type.Optional(
      Type.Array(Type.Object({ property: Type.String({ minLength: 1 }), value: PropertyValue }, strict), {
        maxItems: 1000,
        description: 'Hosts with one of these properties stay awake',
      }),
    ),
    efficiency: Type.Optional(
      Type.Array(
        Type.Object(
          {
            property: Type.String({ minLength: 1 }),
            value: PropertyValue,
            operationsPerS: Type.Number({
              exclusiveMinimum: 0,
              description: 'Work a second at full load, in one unit for all hosts',
            }),
          },
          strict,
        ),
        { maxItems: 1000, description: 'Benchmark figures of hosts by a property of theirs' },
      ),
    ),
    hosts: Type.Optional(Type.Array(HostPowerConfig, { maxItems: 20_000, description: 'How hosts are switched' })),
  },
  strict,
)
export type PowerConfig = Static<typeof PowerConfig>

export interface PowerSettings {
  readonly options: PowerOptions
  /** When a wake-up counts as failed. */
  readonly wakeTimeoutMs: number
  /** Leases that begin later than this may be given other hosts; Infinity: none may. */
  readonly repackAheadMs: number
  readonly consolidation: ConsolidationSettings
  readonly efficiency: NonNullable<PowerConfig['efficiency']>
  readonly hosts: readonly HostPowerSettings[]
}

export interface PowerReading {
  readonly fault: (path: readonly (string | number)[], detail: string) => void
  readonly durationMs: DurationReader
  readonly secret: (value: Secret | undefined, path: readonly (string | number)[]) => string | undefined
  readonly resolvePath: (path: string) => string
  readonly cloudIds: readonly string[]
}

export function readPower(given: PowerConfig = {}, reading: PowerReading): PowerSettings {
  const { durationMs, fault } = reading
  const duration = (name: keyof PowerConfig, otherwiseMs: number, effect: string) =>
    durationMs(`power.${name}`, given[name] as string | undefined, { otherwiseMs, effect })
  const bootMs = duration('boot', base.bootMs, 'How long a host takes to wake up, until that was measured')
  const wakeTimeoutMs = duration('wakeTimeout', Math.max(15 * 60_000, 2 * bootMs), 'When a wake-up counts as failed')
  const repackAheadMs = duration(
    'repackAhead',
    86_400_000,
    'Leases that begin sooner keep the hosts they were promised',
  )
  if (wakeTimeoutMs < bootMs) fault(['wakeTimeout'], 'must not be shorter than boot: every wake-up would fail')
  return {
    options: {
      idleMs: duration('idle', base.idleMs, 'How long a host is empty before it may sleep'),
      keepWarm: { ...base.keepWarm, ...given.keepWarm },
      leastOnMs: duration('leastOn', base.leastOnMs, 'How long a host that was woken stays awake at least'),
      leastOffMs: duration(
        'leastOff',
        base.leastOffMs,
        'The shortest time until the next lease for which a host sleeps',
      ),
      bootMs,
      wakeMarginMs: duration('wakeMargin', base.wakeMarginMs, 'Hosts are awake so long before a lease begins'),
      shutdownMs: duration('shutdown', base.shutdownMs, 'How long a host takes to go down'),
      sleepPowerW: given.sleepPowerW ?? base.sleepPowerW,
      idlePowerW: given.idlePowerW ?? base.idlePowerW,
      sleepsPerHour: given.sleepsPerHour ?? base.sleepsPerHour,
      wakesPerMinute: given.wakesPerMinute ?? base.wakesPerMinute,
      wakeAttempts: given.wakeAttempts ?? base.wakeAttempts,
      retryMs: duration('retry', base.retryMs, 'Wait after the first failed wake-up; doubled with each further one'),
      exclude: given.exclude ?? [],
    },
    wakeTimeoutMs,
    repackAheadMs: given.repack === false ? Number.POSITIVE_INFINITY : repackAheadMs,
    consolidation: readConsolidation(given.consolidation, {
      durationMs,
      fault: (path, detail) => fault(['consolidation', ...path], detail),
    }),
    efficiency: given.efficiency ?? [],
    hosts: hostPowerSettings(given.hosts ?? [], {
      ...reading,
      fault: (path, detail) => fault(['hosts', ...path], detail),
      secret: (value, path) => reading.secret(value, ['hosts', ...path]),
    }),
  }
}
