// Changes something through an endpoint and reads again what the change concerns, without waiting for the live event.
import type { AnswerOf, ApiError, CallArguments, InputOf } from '@gleaner/client'
import type { EndpointName } from '@gleaner/model'
import { useMutation, type UseMutationResult, useQueryClient } from '@tanstack/react-query'
import { client } from './client.ts'

export type Act<N extends EndpointName> = UseMutationResult<AnswerOf<N>, ApiError, InputOf<N>>

export function useAct<N extends EndpointName>(name: N, touches: readonly EndpointName[] = []): Act<N> {
  const queries = useQueryClient()
  return useMutation<AnswerOf<N>, ApiError, InputOf<N>>({
    mutationFn: (input) => client.call(name, ...([input] as unknown as CallArguments<N>)),
    onSettled: () => Promise.all(touches.map((touched) => queries.invalidateQueries({ queryKey: [touched] }))),
  })
}
