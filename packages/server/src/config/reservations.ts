// The section `reservations` of the configuration: how much each project may reserve, the service that has a say besides, how
// early hosts are made empty for a lease, and what becomes of leases that nobody uses.
import { DurationText, type LeaseLimits, noLeaseLimits, OneOf, parseDurationMs, quotaPeriods } from '@gleaner/model'
import { isTimeZone, type UnusedRules } from '@gleaner/engine'
import { type Static, Type } from 'typebox'
import type { DurationReader } from './duration-reader.ts'
import { readCertificates, readHookUrl } from './hook-address.ts'
import { Secret } from './schema-parts.ts'

/** Leases on the waitlist at once, of all projects together. */
export const mostWaiting = 1000

const strict = { additionalProperties: false } as const

const Limits = Type.Object(
  {
    hostHours: Type.Optional(
      Type.Number({
        minimum: 0,
        description: 'Hosts times hours of a project in a period; room counts as its part of a host (no limit)',
      }),
    ),
    longest: Type.Optional(DurationText),
    furthest: Type.Optional(DurationText),
    priority: Type.Optional(
      Type.Integer({
        minimum: -1000,
        maximum: 1000,
        description: 'Among leases on the waitlist the larger comes first (0)',
      }),
    ),
    waiting: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: mostWaiting,
        description: `Leases of a project on the waitlist at once (${noLeaseLimits.waiting})`,
      }),
    ),
  },
  strict,
)
type Limits = Static<typeof Limits>

export const ReservationsConfig = Type.Object(
  {
    period: Type.Optional(
      OneOf(quotaPeriods, {
        description: 'Calendar period over which host-hours count (month); weeks begin on Monday',
      }),
    ),
    timeZone: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Whose midnight the periods begin at (UTC)' }),
    ),
    limits: Type.Optional(Limits),
    limitsByProject: Type.Optional(
      Type.Record(Type.String(), Limits, {
        description: 'The same for one project, by name or id; what is not said is that of limits',
      }),
    ),
    makeRoom: Type.Optional(DurationText),
    openEnded: Type.Optional(
      Type.Object(
        { term: Type.Optional(DurationText), renewWithin: Type.Optional(DurationText) },
        { ...strict, description: 'Leases without an end' },
      ),
    ),
    unused: Type.Optional(
      Type.Object(
        { warn: DurationText, end: Type.Optional(DurationText) },
        {
          ...strict,
          description:
            'A lease that runs and on whose hosts its project has had nothing for so long is warned of, and ended when it has been so for the longer time in all (neither)',
        },
      ),
    ),
    approval: Type.Optional(
      Type.Object(
        {
          url: Type.Union(Secret.anyOf, {
            description:
              'Service that is asked before a lease is made or changed, as Blazar asks: check-create, check-update and on-end are added; https, or http on this machine',
          }),
          token: Type.Optional(Type.Union(Secret.anyOf, { description: 'Sent in X-Auth-Token (none)' })),
          caFile: Type.Optional(
            Type.String({ minLength: 1, description: 'Certificates that the service is verified with, PEM' }),
          ),
          plaintext: Type.Optional(
            Type.Boolean({ description: 'http to other machines is meant as it is written (false)' }),
          ),
          timeout: Type.Optional(DurationText),
          unanswered: Type.Optional(
            OneOf(['refuse', 'allow'], {
              description:
                'What happens to the request when the service does not answer in time, or not as it should (refuse)',
            }),
          ),
        },
        strict,
      ),
    ),
  },
  strict,
)
export type ReservationsConfig = Static<typeof ReservationsConfig>

export interface ApprovalSettings {
  /** Ends in a slash. */
  readonly url: URL
  readonly token: string | undefined
  readonly ca: string | undefined
  readonly timeoutMs: number
  readonly unanswered: 'refuse' | 'allow'
}

export interface OpenEndedSettings {
  readonly termMs: number
  /** How long it is good for that a project said that it needs such a lease. */
  readonly renewWithinMs: number
}

export interface ReservationSettings {
  readonly timeZone: string
  readonly limits: LeaseLimits
  /** By name or id. */
  readonly limitsOfProject: ReadonlyMap<string, LeaseLimits>
  /** How long before the start of a lease nothing new of others comes to its hosts, and firm instances on them move. */
  readonly makeRoomMs: number
  readonly openEnded: OpenEndedSettings
  /** Undefined: what is not used is left as it is. */
  readonly unused: UnusedRules | undefined
  readonly approval: ApprovalSettings | undefined
}

type Path = readonly (string | number)[]

export interface ReservationsReading {
  readonly fault: (path: Path, detail: string) => void
  readonly secret: (value: Secret | undefined, path: Path) => string | undefined
  readonly resolvePath: (path: string) => string
  readonly durationMs: DurationReader
}

export function readReservations(given: ReservationsConfig = {}, reading: ReservationsReading): ReservationSettings {
  const { timeZone = 'UTC' } = given
  if (!isTimeZone(timeZone)) reading.fault(['timeZone'], `"${timeZone}" is no time zone; one is such as Europe/Paris`)
  const base = { ...noLeaseLimits, period: given.period ?? noLeaseLimits.period }
  const limits = limitsOf(given.limits, base)
  const ofProject = Object.entries(given.limitsByProject ?? {})
  return {
    timeZone,
    limits,
    limitsOfProject: new Map(ofProject.map(([project, own]) => [project, limitsOf(own, limits)])),
    makeRoomMs: reading.durationMs('reservations.makeRoom', given.makeRoom, {
      otherwiseMs: 1_800_000,
      effect: 'How long before a lease begins its hosts take nothing new of others, and firm instances on them move',
    }),
    openEnded: openEndedOf(given.openEnded, reading),
    unused: unusedOf(given.unused, reading),
    approval: approvalOf(given.approval, reading),
  }
}

function openEndedOf(
  given: ReservationsConfig['openEnded'],
  { fault, durationMs }: ReservationsReading,
): OpenEndedSettings {
  const termMs = durationMs('reservations.openEnded.term', given?.term, {
    otherwiseMs: 7 * 86_400_000,
    effect: 'Leases without an end are promised for so long at a time, and renewed when half of it is left',
  })
  const renewWithinMs = durationMs('reservations.openEnded.renewWithin', given?.renewWithin, {
    otherwiseMs: 30 * 86_400_000,
    effect: 'A lease without an end goes on only if its project has said within this time that it is needed',
  })
  if (termMs < shortestTermMs) fault(['openEnded', 'term'], 'term is at least 10m')
  if (renewWithinMs < termMs) fault(['openEnded', 'renewWithin'], 'renewWithin is at least as long as term')
  return { termMs, renewWithinMs }
}

const shortestTermMs = 600_000

function unusedOf(given: ReservationsConfig['unused'], { fault }: ReservationsReading): UnusedRules | undefined {
  if (given === undefined) return undefined
  const warnMs = parseDurationMs(given.warn)
  const endMs = given.end === undefined ? undefined : parseDurationMs(given.end)
  if (warnMs === undefined || warnMs < shortestUnusedMs) {
    fault(['unused', 'warn'], 'warn is at least 1m')
    return undefined
  }
  if (endMs !== undefined && endMs < warnMs + shortestUnusedMs)
    fault(['unused', 'end'], 'end is at least 1m longer than warn: nobody loses a lease without having been told')
  return { warnMs, endMs }
}

const shortestUnusedMs = 60_000

function limitsOf(given: Limits | undefined, base: LeaseLimits): LeaseLimits {
  return {
    hostHours: given?.hostHours ?? base.hostHours,
    period: base.period,
    longestMs: given?.longest === undefined ? base.longestMs : parseDurationMs(given.longest),
    furthestMs: given?.furthest === undefined ? base.furthestMs : parseDurationMs(given.furthest),
    priority: given?.priority ?? base.priority,
    waiting: given?.waiting ?? base.waiting,
  }
}

function approvalOf(
  given: ReservationsConfig['approval'],
  { fault, secret, resolvePath, durationMs }: ReservationsReading,
): ApprovalSettings | undefined {
  if (given === undefined) return undefined
  const below = {
    fault: (path: Path, detail: string) => fault(['approval', ...path], detail),
    secret: (value: Secret | undefined, path: Path) => secret(value, ['approval', ...path]),
  }
  const timeoutMs = durationMs('reservations.approval.timeout', given.timeout, {
    otherwiseMs: 5000,
    effect: 'Longest wait for the answer of the service that approves leases',
  })
  if (timeoutMs <= 0 || timeoutMs > 60_000) below.fault(['timeout'], 'timeout is more than 0s and at most 60s')
  const token = below.secret(given.token, ['token'])
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    below.fault(['token'], 'it holds characters that no header may hold')
  const ca = given.caFile === undefined ? undefined : readCertificates(given.caFile, { ...below, resolvePath })
  const url = readHookUrl(given, { ...below, carries: 'leases' })
  if (url === undefined) return undefined
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return { url, token, ca, timeoutMs, unanswered: given.unanswered ?? 'refuse' }
}
