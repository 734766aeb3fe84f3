// Server-sent events at GET /api/v1/events (role viewer): `hello` first, then whatever the hub tells. Guarantees:
//   - a comment every 15 s of real time keeps the connection alive, and the caller's right is looked at again then, so
//     that a revoked token ends its stream;
//   - a client that does not read is dropped once 1 MiB waits for it; what waits is shared by all, so that
//     slowness costs little before that and nothing after;
//   - an event about an instance the caller may not see is not sent; who sees only some projects still learns that
//     something changed where an event names nothing;
//   - when the server stops, all streams end.
import { GleanerError, type JournalEntry, type LiveEvent, type Problem } from '@gleaner/model'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../application.ts'
import { seesProblem } from './history/sees-problem.ts'
import type { ApiContext } from './handler.ts'
import { admit } from './register-endpoint.ts'
import { timeText } from './view/time-text.ts'
import { journalView } from './view/journal-view.ts'
import { problemView } from './view/problem-view.ts'

const keepAliveMs = 15_000
const mostWaitingBytes = 1024 * 1024
const mostStreams = 5000

export const eventsPath = '/api/v1/events'

export function registerLiveEvents(api: FastifyInstance, context: ApiContext): void {
  const streams = new Set<() => void>()
  api.addHook('preClose', async () => {
    for (const end of streams) end()
  })
  api.get(
    eventsPath,
    {
      schema: {
        operationId: 'events',
        tags: ['system'],
        summary: 'Live events (text/event-stream)',
        description: 'Needs the role viewer or stronger. The data of each event is a LiveEvent.',
        security: [{ token: [] }, { session: [] }],
      },
      exposeHeadRoute: false,
      onRequest: async (request) => {
        request.caller = (await admit(request, { role: 'viewer' }, context)).caller
        if (streams.size >= mostStreams) throw new GleanerError('not-ready', { detail: 'too many live connections' })
      },
    },
    (request, reply) => {
      // `onRequest` has made sure that there is one.
      if (request.caller !== undefined) openStream({ request, reply, caller: request.caller }, streams, context)
    },
  )
}

interface Visitor {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly caller: Caller
}

function openStream({ request, reply, caller }: Visitor, streams: Set<() => void>, context: ApiContext): void {
  const { app } = context
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  })
  const write = (text: Buffer | string) => {
    if (raw.destroyed || raw.writableEnded) return
    raw.write(text)
    if (raw.writableLength > mostWaitingBytes) {
      app.log.warn({ peer: caller.from }, 'a live connection does not read and is dropped')
      raw.destroy()
    }
  }
  const keepAlive = setInterval(() => {
    void stillAllowed(request, context).then((allowed) => (allowed ? write(': alive\n\n') : raw.end()))
  }, keepAliveMs)
  keepAlive.unref()
  const end = () => raw.end()
  const unsubscribe = app.hub.subscribe((event) => {
    const shown = shownEvent(event, caller, context)
    if (shown !== undefined) write(frameOf(shown))
  })
  streams.add(end)
  raw.once('close', () => {
    clearInterval(keepAlive)
    unsubscribe()
    streams.delete(end)
  })
  write(frameOf({ kind: 'hello', at: timeText(app.clock.nowMs()) }))
}

/** A store that does not answer ends no stream: then nothing is known against the caller. */
async function stillAllowed(request: FastifyRequest, context: ApiContext): Promise<boolean> {
  try {
    return (await admit(request, { role: 'viewer' }, context)).caller !== undefined
  } catch (error) {
    return !(error instanceof GleanerError && error.kind === 'refused')
  }
}

/** The event with its item as the API shows it; undefined when it is not for this caller. */
function shownEvent(event: LiveEvent, caller: Caller, context: ApiContext): LiveEvent | undefined {
  if (event.item === undefined) return event
  const world = context.world()
  const sight = context.sightOf(caller)
  if (event.kind === 'journal') {
    const entry = event.item as JournalEntry
    return sight.sees(entry.projectId) ? shared(event, () => journalView(entry, world)) : undefined
  }
  if (event.kind === 'problem') {
    const problem = event.item as Problem
    return seesProblem(problem, world, sight) ? shared(event, () => problemView(problem)) : undefined
  }
  if (event.kind === 'power' && !sight.all) return undefined
  return sight.all ? event : { kind: event.kind, at: event.at }
}

const views = new WeakMap<LiveEvent, LiveEvent>()

/** The same for all who see it, so it is made once. */
function shared(event: LiveEvent, item: () => unknown): LiveEvent {
  let view = views.get(event)
  if (view === undefined) views.set(event, (view = { ...event, item: item() }))
  return view
}

const frames = new WeakMap<LiveEvent, Buffer>()

function frameOf(event: LiveEvent): Buffer {
  let frame = frames.get(event)
  if (frame === undefined) {
    frame = Buffer.from(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`)
    frames.set(event, frame)
  }
  return frame
}
