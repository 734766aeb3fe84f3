// The types of a call, derived from the endpoint table: which of params, query and body it takes, which of them may be
// left out, and what it returns. Nothing is generated, so that the client can never lag behind the table.
import type { BodyOf, Endpoint, EndpointName, endpoints, ParamsOf, QueryOf, ResponseOf } from '@gleaner/model'

type Endpoints = typeof endpoints

/** A section is absent when it has no fields, optional when all its fields are, required otherwise. */
type Section<Name extends string, T> = keyof T extends never
  ? { readonly [K in Name]?: undefined }
  : Partial<T> extends T
    ? { readonly [K in Name]?: T | undefined }
    : { readonly [K in Name]: T }

type InputOfEndpoint<E extends Endpoint> = Section<'params', ParamsOf<E>> &
  Section<'query', QueryOf<E>> &
  Section<'body', BodyOf<E>> & { readonly signal?: AbortSignal | undefined }

export type InputOf<N extends EndpointName> = InputOfEndpoint<Endpoints[N]>

type Answer<T> = keyof T extends never ? undefined : T
export type AnswerOf<N extends EndpointName> = Answer<ResponseOf<Endpoints[N]>>

/** The second argument may be left out when nothing in it is required. */
export type CallArguments<N extends EndpointName> =
  Partial<InputOf<N>> extends InputOf<N> ? [input?: InputOf<N>] : [input: InputOf<N>]

export type Call = <N extends EndpointName>(name: N, ...args: CallArguments<N>) => Promise<AnswerOf<N>>
