// The part `report` of the section `notices`: when reports are sent. To whom follows from the channels: each gets one of what concerns it,
// unless its kinds leave reports out.
import { type CronInstants, parseCron } from '@gleaner/engine'
import { type Static, Type } from 'typebox'
import type { NoticesReading } from './notices.ts'

export const ReportConfig = Type.Object(
  {
    cron: Type.String({
      minLength: 9,
      maxLength: 100,
      description: 'When reports are sent, each about the time since the one before: "0 7 * * *" is every day at seven',
    }),
    timeZone: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'IANA time zone of cron and of the times in it (UTC)' }),
    ),
  },
  { additionalProperties: false, description: 'Reports of what was and what would have been done (none)' },
)

export interface ReportSettings {
  readonly instants: CronInstants
  readonly timeZone: string
  /** Without a slash at its end; undefined: reports have no links. */
  readonly publicUrl: string | undefined
}

export function readReport(
  given: Static<typeof ReportConfig> | undefined,
  { fault, publicUrl }: Pick<NoticesReading, 'fault' | 'publicUrl'>,
): ReportSettings | undefined {
  if (given === undefined) return undefined
  const timeZone = given.timeZone ?? 'UTC'
  const instants = parseCron(given.cron, timeZone)
  if (instants !== undefined) return { instants, timeZone, publicUrl: publicUrl?.replace(/\/$/, '') }
  fault(
    ['report', 'cron'],
    `"${given.cron}" in the time zone ${timeZone} is no five-field cron expression that ever comes`,
  )
  return undefined
}
