// What is left of the quota of the project that is named in the form; undefined while none is known, or it has no limits.
import type { ApiError } from '@gleaner/client'
import type { LeaseQuotaView } from '@gleaner/model'
import { useQuery } from '@tanstack/react-query'
import { client } from '../api/client.ts'
import { apiKey } from '../api/use-api.ts'
import { type LeaseForm, planRequest } from './lease-form.ts'

export function useQuota(form: LeaseForm, knownProjects: readonly string[]): LeaseQuotaView | undefined {
  const project = form.project.trim()
  const start = planRequest(form)?.body.start
  const query = {
    project,
    ...(form.cloud === '' ? {} : { cloud: form.cloud }),
    ...(start === undefined ? {} : { at: start }),
  }
  const read = useQuery<LeaseQuotaView, ApiError>({
    queryKey: apiKey('getLeaseQuota', query),
    queryFn: ({ signal }) => client.call('getLeaseQuota', { query, signal }),
    // While a name is being written it is nobody's.
    enabled: knownProjects.includes(project),
    staleTime: 5000,
  })
  return read.data
}

export function quotaText({ period, hostHours: { limit, left }, longest, furthest }: LeaseQuotaView): string {
  const parts = [
    ...(limit === undefined ? [] : [`${left ?? 0} of ${limit} host-hours are left in that ${period}`]),
    ...(longest === undefined ? [] : [`${longest} at most`]),
    ...(furthest === undefined ? [] : [`${furthest} ahead at most`]),
  ]
  return parts.join('; ')
}
