// What a project may reserve and what it has of it: in the calendar period of now, or of another moment.
import { type endpoints, formatDurationMs, type LeaseLimits } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import { leaseProject } from './lease-wish.ts'

export const getLeaseQuota: Handler<typeof endpoints.getLeaseQuota> = async ({ app, query, sight, world }) => {
  const { at, ...named } = query
  const { cloudId, projectId } = leaseProject({ app, sight, body: named })
  const atMs = at === undefined ? app.clock.nowMs() : Date.parse(at)
  const { limits, period, hours, waiting } = await app.commands.leaseQuota(projectId, atMs)
  return {
    project: world().projectName(projectId),
    cloud: cloudId,
    period: limits.period,
    start: timeText(period.startMs),
    end: timeText(period.endMs),
    hostHours: { used: rounded(hours), ...hostHoursOf(limits, hours) },
    priority: limits.priority,
    waiting: { used: waiting, limit: limits.waiting },
    ...only('longest', limits.longestMs === undefined ? undefined : formatDurationMs(limits.longestMs)),
    ...only('furthest', limits.furthestMs === undefined ? undefined : formatDurationMs(limits.furthestMs)),
  }
}

function hostHoursOf({ hostHours }: LeaseLimits, used: number) {
  return hostHours === undefined ? {} : { limit: hostHours, left: rounded(Math.max(0, hostHours - used)) }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
