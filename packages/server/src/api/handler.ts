// The form of every handler of the API: a function from the checked parts of a request to the answer of the table.
import type { BodyOf, Endpoint, GleanerError, ParamsOf, QueryOf, ResponseOf } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Application, Caller } from '../application.ts'
import type { Authenticator } from '../auth/authenticator.ts'
import type { FirstAdministrator } from '../auth/first-administrator.ts'
import type { Sessions } from '../auth/sessions.ts'
import type { TokenDirectory } from '../auth/token-directory.ts'
import type { Visibility } from '../auth/visibility.ts'
import type { WorldIndex } from './view/world-index.ts'

/** What every handler may use. */
export interface ApiContext {
  readonly app: Application
  /** The index of the newest readings. */
  readonly world: () => WorldIndex
  readonly sightOf: (caller: Caller) => Visibility
  readonly authenticator: Authenticator
  readonly tokens: TokenDirectory
  readonly sessions: Sessions
  readonly firstAdministrator: FirstAdministrator
  /** Real time, for what must not run faster in a simulation: tokens and sessions. */
  readonly wallClock: Clock
}

export interface Call<E extends Endpoint> extends ApiContext {
  readonly params: ParamsOf<E>
  readonly query: QueryOf<E>
  readonly body: BodyOf<E>
  readonly caller: Caller
  /** Fires when the caller has gone before the answer; made for those who ask for it. */
  readonly whenGone: () => AbortSignal
  /** What the caller may see. */
  readonly sight: Visibility
}

/** An endpoint that answers callers who are nobody as well, and may set cookies. */
export interface PublicCall<E extends Endpoint> extends Omit<Call<E>, 'caller' | 'sight'> {
  readonly caller: Caller | undefined
  /** Why a certificate that came along makes nobody a caller. */
  readonly refusal: GleanerError | undefined
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Awaitable<T> = T | Promise<T>

/** Endpoints with status 204 answer nothing. */
type AnswerOf<E extends Endpoint> = keyof ResponseOf<E> extends never ? void : ResponseOf<E>

export type Handler<E extends Endpoint> = (call: Call<E>) => Awaitable<AnswerOf<E>>
export type PublicHandler<E extends Endpoint> = (call: PublicCall<E>) => Awaitable<AnswerOf<E>>
