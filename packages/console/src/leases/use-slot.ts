// When and where what is written in the form could be, asked again shortly after the last keystroke. The former answer stays
// until the next is there, as long as it is one to the same kind of question.
import type { ApiError } from '@gleaner/client'
import type { LeasePlanView, LeaseSeriesView } from '@gleaner/model'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { client } from '../api/client.ts'
import { apiKey } from '../api/use-api.ts'
import { useWho } from '../api/use-who.ts'
import { type LeaseForm, type LeasePlanRequest, planRequest } from './lease-form.ts'

const settleMs = 300

export interface Slot {
  readonly plan: LeasePlanView | undefined
  readonly series: LeaseSeriesView | undefined
  readonly error: ApiError | null
  readonly behind: boolean
}

type Planned =
  | { readonly of: 'lease'; readonly plan: LeasePlanView }
  | { readonly of: 'series'; readonly series: LeaseSeriesView }

/** While it is being made nothing is asked: the answer would be that it is in its own way. */
export function useSlot(form: LeaseForm, isBeingMade: boolean): Slot {
  // Only who has one project may leave its name out; for others the question is not whole yet.
  const isWhole = useWho()?.projects.length === 1 || form.project.trim() !== ''
  const request = isWhole ? planRequest(form) : undefined
  const text = request === undefined ? '' : JSON.stringify(request)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs)
    return () => clearTimeout(timer)
  }, [text])
  const read = useQuery<Planned, ApiError>({
    queryKey: apiKey('planLease', { settled }),
    queryFn: ({ signal }) => planned(JSON.parse(settled), signal),
    placeholderData: (before) => (before?.of === request?.of ? before : undefined),
    enabled: settled !== '' && !isBeingMade,
    // Others reserve too: an answer is soon old.
    staleTime: 5000,
  })
  const isAsked = settled !== ''
  const answer = isAsked && !read.isError ? read.data : undefined
  return {
    plan: answer?.of === 'lease' ? answer.plan : undefined,
    series: answer?.of === 'series' ? answer.series : undefined,
    error: isAsked ? read.error : null,
    behind: read.isPlaceholderData || settled !== text,
  }
}

async function planned(request: LeasePlanRequest, signal: AbortSignal): Promise<Planned> {
  if (request.of === 'lease')
    return { of: 'lease', plan: await client.call('planLease', { body: request.body, signal }) }
  return { of: 'series', series: await client.call('planLeaseSeries', { body: request.body, signal }) }
}
