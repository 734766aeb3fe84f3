// What a draft would match, asked again shortly after the last keystroke. The former answer stays until the next is there.
import type { ApiError } from '@gleaner/client'
import type { RuleFaultView, RulePreviewView } from '@gleaner/model'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { client } from '../api/client.ts'
import { apiKey } from '../api/use-api.ts'
import { definitionOf, type Draft } from './draft.ts'

const settleMs = 350

export interface Preview {
  readonly faults: readonly RuleFaultView[]
  readonly result: RulePreviewView['result']
  readonly error: ApiError | null
  readonly behind: boolean
}

export function usePreview(draft: Draft): Preview {
  // A name that is not there yet must not stand in the way.
  const text = useMemo(() => {
    const definition = definitionOf(draft)
    return JSON.stringify({ ...definition, name: definition.name || 'new-rule', enabled: true })
  }, [draft])
  const [settled, setSettled] = useState(text)
  const written = draft.expression.trim() !== ''
  useEffect(() => {
    if (!written) return
    const timer = setTimeout(() => setSettled(text), settleMs)
    return () => clearTimeout(timer)
  }, [text, written])
  const enabled = written && (JSON.parse(settled) as { expression: string }).expression.trim() !== ''
  const read = useQuery<RulePreviewView, ApiError>({
    queryKey: apiKey('previewRule', { settled }),
    queryFn: ({ signal }) =>
      client.call('previewRule', { body: { definition: JSON.parse(settled), limit: 6 }, signal }),
    placeholderData: keepPreviousData,
    enabled,
    staleTime: 20_000,
  })
  const told = read.error?.faults.filter(isFault) ?? []
  return {
    faults: enabled ? (read.isError ? told : (read.data?.faults ?? [])) : [],
    result: enabled ? read.data?.result : undefined,
    error: read.isError && told.length === 0 ? read.error : null,
    behind: read.isPlaceholderData || settled !== text,
  }
}

/** A refused rule carries its faults in the problem document. */
export function isFault(value: unknown): value is RuleFaultView {
  return typeof value === 'object' && value !== null && 'message' in value && 'field' in value
}
