// `gleaner leases quota`: what a project may reserve, and what is left of it.
import type { LeaseQuotaView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'

export interface QuotaOptions {
  readonly project?: string
  readonly cloud?: string
  readonly at?: string
}

export async function leaseQuota(context: CommandContext, options: QuotaOptions): Promise<void> {
  const quota = await context.client.call('getLeaseQuota', { query: options })
  if (context.printJson(quota)) return
  context.say(hoursOf(quota))
  const { used, limit } = quota.waiting
  context.say(`On the waitlist it has ${used} of ${limit} lease${limit === 1 ? '' : 's'}.`)
  if (quota.longest !== undefined) context.say(`A lease lasts ${quota.longest} at most.`)
  if (quota.furthest !== undefined) context.say(`It starts within ${quota.furthest} from now.`)
}

function hoursOf({ project, period, start, end, hostHours: { used, limit, left } }: LeaseQuotaView): string {
  const when = `in the ${period} from ${start} to ${end}`
  if (limit === undefined) return `${project} has ${used} host-hours ${when}; there is no limit.`
  return `${project} has ${used} of ${limit} host-hours ${when}; ${left} are left.`
}
