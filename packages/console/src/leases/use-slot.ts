// When and where what is written in the form could be, asked again shortly after the last keystroke. The former answer stays
// until the next is there.
import type { ApiError } from '@gleaner/client'
import type { LeasePlanView } from '@gleaner/model'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { client } from '../api/client.ts'
import { apiKey } from '../api/use-api.ts'
import { useWho } from '../api/use-who.ts'
import { type LeaseForm, planBody } from './lease-form.ts'

const settleMs = 300

export interface Slot {
  readonly plan: LeasePlanView | undefined
  readonly error: ApiError | null
  readonly behind: boolean
}

export function useSlot(form: LeaseForm): Slot {
  // Only who has one project may leave its name out; for others the question is not whole yet.
  const isWhole = useWho()?.projects.length === 1 || form.project.trim() !== ''
  const body = isWhole ? planBody(form) : undefined
  const text = body === undefined ? '' : JSON.stringify(body)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs)
    return () => clearTimeout(timer)
  }, [text])
  const read = useQuery<LeasePlanView, ApiError>({
    queryKey: apiKey('planLease', { settled }),
    queryFn: ({ signal }) => client.call('planLease', { body: JSON.parse(settled), signal }),
    placeholderData: keepPreviousData,
    enabled: settled !== '',
    // Others reserve too: an answer is soon old.
    staleTime: 5000,
  })
  const isAsked = settled !== ''
  return {
    plan: isAsked && !read.isError ? read.data : undefined,
    error: isAsked ? read.error : null,
    behind: read.isPlaceholderData || settled !== text,
  }
}
