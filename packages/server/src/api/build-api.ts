// The whole HTTP face of the server: REST API, live events, metrics, health, OpenAPI, console. It sees the running server
// only through Application; who listens where, and for how long, is the business of main.
import { type RequestListener, type Server, createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type EndpointName, GleanerError, type Role, endpoints } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { TSchema } from 'typebox'
import type { Application, Caller } from '../application.ts'
import { Authenticator } from '../auth/authenticator.ts'
import { tlsOptions } from '../auth/certificates/tls-options.ts'
import type { Config } from '../config/config.ts'
import type { LocalToken } from '../auth/local-token.ts'
import { FirstAdministrator } from '../auth/first-administrator.ts'
import { Sessions } from '../auth/sessions.ts'
import { TokenDirectory } from '../auth/token-directory.ts'
import { UserDirectory } from '../auth/user-directory.ts'
import { visibilityOf } from '../auth/visibility.ts'
import { realClock } from '../clock/real-clock.ts'
import { registerKeepPage } from '../links/register-keep-page.ts'
import { registerBlazar } from '../compat/blazar/register-blazar.ts'
import { registerKwapi } from '../compat/kwapi/register-kwapi.ts'
import type { FrontFigures } from '../compat/nova/front-figures.ts'
import { describeApi } from './describe-api.ts'
import { registerAgent } from './agent/register-agent.ts'
import { registerEnergyCsv } from './energy/register-energy-csv.ts'
import type { ApiContext } from './handler.ts'
import { handlers, publicNames } from './handlers.ts'
import { registerHealth } from './health.ts'
import { registerLiveEvents } from './live-events.ts'
import { registerLeaseFeed } from './leases/register-lease-feed.ts'
import { registerMetrics } from './metrics/register-metrics.ts'
import { answerError } from './problem-details.ts'
import { registerEndpoint } from './register-endpoint.ts'
import { requestValidator } from './request-validator.ts'
import { addSecurityHeaders } from './security-headers.ts'
import { defaultConsoleDirectory, serveConsole } from './serve-console.ts'
import { WorldCache } from './view/world-index.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read; undefined for callers who are nobody. */
    caller: Caller | undefined
    refusal: GleanerError | undefined
  }
}

export interface ApiOptions {
  readonly localToken?: LocalToken | undefined
  readonly consoleDirectory?: string
  /** Real time, for tokens and sessions. */
  readonly wallClock?: Clock
  readonly firstAdministrator?: FirstAdministrator | undefined
  /** Takes its requests before anything of the API sees them: other tokens, other forms, bodies that are streamed. */
  readonly front?: FrontDoor | undefined
}

export interface FrontDoor {
  /** True when the front answers at the address of the API, and this is one of its paths. */
  takes(url: string): boolean
  readonly handle: RequestListener
  readonly figures: FrontFigures
}

const mostBodyBytes = 512 * 1024
/** A client that sends its request a byte a minute holds nothing for long. */
const requestTimeoutMs = 30_000
/** Fastify's own default. */
const keepAliveMs = 72_000

export function buildApi(app: Application, options: ApiOptions = {}): FastifyInstance {
  const api = Fastify({
    // Requests and the address it listens at are told by others; here only what goes wrong.
    loggerInstance: app.log.child({}, { level: app.log.level === 'debug' ? 'debug' : 'warn' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: mostBodyBytes,
    requestTimeout: requestTimeoutMs,
    ...(options.front === undefined && app.config.tls === undefined
      ? {}
      : { serverFactory: serverBehind(options.front, app.config) }),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  })
  const context = contextOf(app, options)
  api.addHook('onClose', async () => context.authenticator.close())
  api.decorateRequest('caller', undefined)
  api.decorateRequest('refusal', undefined)
  api.setErrorHandler(answerError)
  api.setValidatorCompiler(({ schema, httpPart }) =>
    requestValidator(schema as TSchema, httpPart as 'params' | 'querystring' | 'body'),
  )
  // Answers are typed by the table and tested against it; writing them by schema would cost more than it catches.
  api.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  addSecurityHeaders(api)
  describeApi(api, app.version)
  // Routes come after the plugin that describes them.
  void api.register(async (scope) => {
    for (const name of Object.keys(endpoints) as EndpointName[]) {
      const endpoint = endpoints[name]
      checkPublic(name, endpoint.role)
      registerEndpoint(scope, { name, endpoint, handler: handlers[name] }, context)
    }
    registerLiveEvents(scope, context)
    registerMetrics(scope, context, options.front?.figures)
    registerEnergyCsv(scope, context)
    registerHealth(scope, app)
    registerLeaseFeed(scope, context)
    registerAgent(scope, context)
    if (app.keepLinks !== undefined) registerKeepPage(scope, context, app.keepLinks)
    registerBlazar(scope, context)
    registerKwapi(scope, context)
  })
  serveConsole(api, options.consoleDirectory ?? defaultConsoleDirectory)
  return api
}

function contextOf(app: Application, options: ApiOptions): ApiContext {
  const wallClock = options.wallClock ?? realClock
  const worlds = new WorldCache(app.state)
  const sessions = new Sessions()
  const tokens = new TokenDirectory({
    tokens: app.store.tokens,
    localToken: options.localToken,
    clock: wallClock,
    onTouchFailure: (error) => app.log.debug({ err: error }, 'the use of a token could not be noted'),
  })
  const users = new UserDirectory({
    people: app.store.people,
    clock: wallClock,
    onFirst: ({ subject, issuer, serial }, from) =>
      app.store.audit.append({
        atMs: app.clock.nowMs(),
        by: subject,
        from,
        what: 'first visit',
        object: subject,
        before: null,
        after: { issuer, serial, active: false },
      }),
    onTouchFailure: (error) => app.log.debug({ err: error }, 'the visit of a user could not be noted'),
  })
  const authenticator = new Authenticator({
    directory: tokens,
    users,
    sessions,
    people: app.config.people,
    anonymous: app.config.anonymous,
    listenHost: app.config.listen.host,
    clock: wallClock,
  })
  const world = () => worlds.current()
  return {
    app,
    world,
    sightOf: (caller) => visibilityOf(caller, world().projectNames),
    authenticator,
    tokens,
    sessions,
    firstAdministrator: options.firstAdministrator ?? new FirstAdministrator(wallClock),
    wallClock,
  }
}

/** The server Fastify would make, with the front before it and TLS around it where they are configured. */
function serverBehind(front: FrontDoor | undefined, config: Config): (api: RequestListener) => Server {
  return (api) => {
    const settings = { requestTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveMs }
    const answer: RequestListener = (request, response) =>
      front?.takes(request.url ?? '') === true ? front.handle(request, response) : api(request, response)
    const { tls, people } = config
    return tls === undefined
      ? createServer(settings, answer)
      : createSecureServer({ ...settings, ...tlsOptions(tls, people) }, answer)
  }
}

function checkPublic(name: EndpointName, role: Role | 'public'): void {
  if ((role === 'public') !== (publicNames as readonly string[]).includes(name))
    throw new GleanerError('internal', { detail: `the rights of the endpoint ${name}` })
}
