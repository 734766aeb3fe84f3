// Reads an endpoint into a component. The key begins with the name of the endpoint, which is what live events invalidate.
import type { AnswerOf, InputOf } from '@gleaner/client'
import type { ApiError, CallArguments } from '@gleaner/client'
import type { EndpointName } from '@gleaner/model'
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { client } from './client.ts'

export interface ReadOptions {
  readonly enabled?: boolean
  /** Show the answer to the former question until the new one is there, so that nothing jumps. */
  readonly keepPrevious?: boolean
  readonly refetchMs?: number
}

export type Read<N extends EndpointName> = UseQueryResult<AnswerOf<N>, ApiError>

export function apiKey(name: EndpointName, input: object = {}): readonly unknown[] {
  return [name, input]
}

export function useApi<N extends EndpointName>(name: N, input: InputOf<N>, options: ReadOptions = {}): Read<N> {
  return useQuery<AnswerOf<N>, ApiError>({
    queryKey: apiKey(name, input),
    queryFn: ({ signal }) => client.call(name, ...([{ ...input, signal }] as unknown as CallArguments<N>)),
    enabled: options.enabled ?? true,
    ...(options.keepPrevious === true ? { placeholderData: keepPreviousData } : {}),
    ...(options.refetchMs === undefined ? {} : { refetchInterval: options.refetchMs }),
  })
}
