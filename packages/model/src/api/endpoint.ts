// The form in which every endpoint of the REST API is declared. One table (endpoints.ts) is the single source of the
// server's routes and validation, of the OpenAPI document, of the typed client and of the matrix of rights.
import { type Static, type TSchema, Type } from 'typebox'
import type { Role } from '../role.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Endpoint<
  Params extends TSchema = TSchema,
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
  Response extends TSchema = TSchema,
> {
  readonly method: Method
  /** Path with `:name` parameters. */
  readonly path: string
  /** The weakest role that may call it; `public` needs no token. */
  readonly role: Role | 'public'
  readonly tag: string
  readonly summary: string
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly response: Response
  readonly status: 200 | 201 | 202 | 204
}

/** Stands for "nothing here". */
export const Nothing = Type.Object({}, { additionalProperties: false })
export type Nothing = typeof Nothing

type Parts = { params?: TSchema; query?: TSchema; body?: TSchema; response?: TSchema }
type Part<P extends Parts, K extends keyof Parts> = P[K] extends TSchema ? P[K] : Nothing

/** Declares an endpoint; parts left out are `Nothing`. */
export function endpoint<const P extends Parts>(
  head: Pick<Endpoint, 'method' | 'path' | 'role' | 'tag' | 'summary'> & { status?: Endpoint['status'] },
  parts: P,
): Endpoint<Part<P, 'params'>, Part<P, 'query'>, Part<P, 'body'>, Part<P, 'response'>> {
  return {
    ...head,
    params: (parts.params ?? Nothing) as Part<P, 'params'>,
    query: (parts.query ?? Nothing) as Part<P, 'query'>,
    body: (parts.body ?? Nothing) as Part<P, 'body'>,
    response: (parts.response ?? Nothing) as Part<P, 'response'>,
    status: head.status ?? 200,
  }
}

export type ParamsOf<E extends Endpoint> = Static<E['params']>
export type QueryOf<E extends Endpoint> = Static<E['query']>
export type BodyOf<E extends Endpoint> = Static<E['body']>
export type ResponseOf<E extends Endpoint> = Static<E['response']>
