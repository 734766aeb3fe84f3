// Room for a firm create: looked for first, made where there is none and the mode of preemption allows it, waited for while
// it is being made. Whatever stands in the way of that leads to the same end: nova gets the create as it is, and says
// itself whether it has room. Nobody is evicted for a create that nova would refuse anyway, whose client has gone, whose
// token would not live to see the room, or that would have to wait for longer than is configured.
import { GleanerError, describeError, instanceId, projectId } from '@gleaner/model'
import { newId } from '@gleaner/store'
import type { Application, Caller } from '../../application.ts'
import type { FrontSettings } from '../../config/front.ts'
import type { RoomDecision, RoomRequest } from '../../preemption/room.ts'
import type { UnreadCreates } from '../../preemption/unread-creates.ts'
import type { CreateDocument } from './create-document.ts'
import type { Flavor } from './flavors.ts'
import type { FrontCounter } from './front-figures.ts'
import { type KnownCloud, roomWish } from './room-wish.ts'
import { type TokenOwner, ownerOf } from './token-owner.ts'
import type { Upstream } from './upstream.ts'
import type { Visit } from './visit.ts'
import { imageOf, objection } from './would-take.ts'

export interface RoomParts {
  readonly app: Application
  readonly settings: FrontSettings
  readonly keystone: Upstream
  readonly counter: FrontCounter
  readonly unread: UnreadCreates
}

export interface FirmCreate {
  readonly document: CreateDocument
  readonly flavor: Flavor
  readonly visit: Visit
}

/** A word for what came of it; with the room that is held, if one is. */
export interface RoomOutcome {
  readonly word:
    | 'unasked'
    | 'objection'
    | 'unmodelled'
    | 'unanswered'
    | 'free'
    | 'refused'
    | 'too-long'
    | 'too-many'
    | 'held'
  readonly room?: HeldRoom
}

export interface HeldRoom {
  readonly decisionId: string
  readonly caller: Caller
}

/** A token has to outlive the room by this much. */
const tokenMarginMs = 30_000

/** Rejects only when the visit has ended; then nothing is under way any more on its account. */
export async function roomForCreate(parts: RoomParts, create: FirmCreate): Promise<RoomOutcome> {
  try {
    return await find(parts, create)
  } catch (error) {
    create.visit.ended.throwIfAborted()
    // Keystone, nova's lists, the store, another leader: none of them keeps a create from nova.
    const log = error instanceof GleanerError && error.code !== 'internal' ? 'info' : 'warn'
    parts.app.log[log]({ cause: describeError(error) }, 'front: no room was asked for')
    return { word: 'unanswered' }
  }
}

async function find(parts: RoomParts, create: FirmCreate): Promise<RoomOutcome> {
  const { app, settings, keystone, counter } = parts
  const { document, flavor, visit } = create
  if (app.state.modes.preemption === 'off') return { word: 'unasked' }
  const [owner, image] = await Promise.all([
    ownerOf(visit.token, keystone, visit.ended),
    imageOf(document.server, visit.calls, visit.ended),
  ])
  if (owner === undefined) return { word: 'objection' }
  const wish = roomWish(document, flavor, { image, cloud: knownCloud(parts) })
  if (wish === undefined) return { word: 'unmodelled' }
  const { server } = document
  const against = await objection({ server, flavor, count: wish.count, image }, visit.calls, visit.ended)
  if (against !== undefined) {
    app.log.info({ objection: against }, 'front: no room was asked for, nova would refuse the create')
    return { word: 'objection' }
  }
  if (counter.waiting >= settings.maxWaiting) return { word: 'too-many' }
  const request: RoomRequest = {
    ...wish,
    requestId: newId('front', app.clock.nowMs()),
    cloudId: settings.cloudId,
    projectId: projectId(settings.cloudId, owner.projectId),
    flavor: flavor.name,
    firmness: 'firm',
    name: String(server['name']),
  }
  const caller = callerOf(owner, visit)
  const decision = await app.commands.makeRoom(request, caller)
  return decision.state === 'making' ? waitFor(parts, decision, { visit, caller, owner }) : outcomeOf(decision, caller)
}

interface Waiting {
  readonly visit: Visit
  readonly caller: Caller
  readonly owner: TokenOwner
}

async function waitFor(
  parts: RoomParts,
  { decisionId, readyAtMs }: Extract<RoomDecision, { state: 'making' }>,
  { visit, caller, owner }: Waiting,
): Promise<RoomOutcome> {
  const { app, settings, counter } = parts
  const nowMs = app.clock.nowMs()
  const patienceMs = Math.min(settings.waitMs, owner.expiresAtMs - tokenMarginMs - nowMs)
  // Nobody can say how long a person takes to approve.
  if (readyAtMs === undefined || readyAtMs - nowMs > patienceMs) {
    await giveUp(parts, { decisionId, caller }, 'it would take longer than the create can wait')
    return { word: 'too-long' }
  }
  counter.waiting += 1
  try {
    const decision = await within(parts, visit.ended, {
      patienceMs,
      ask: (signal) => app.commands.awaitRoom(decisionId, signal),
    })
    if (decision !== undefined) return outcomeOf(decision, caller)
    await giveUp(parts, { decisionId, caller }, 'the create could wait no longer')
    return { word: 'too-long' }
  } catch (error) {
    await giveUp(parts, { decisionId, caller }, visit.ended.aborted ? 'the client has gone' : describeError(error))
    throw error
  } finally {
    counter.waiting -= 1
  }
}

/** Undefined when the patience ended first; rejects with the reason of `ended`. */
async function within<T>(
  { app }: RoomParts,
  ended: AbortSignal,
  { patienceMs, ask }: { readonly patienceMs: number; readonly ask: (signal: AbortSignal) => Promise<T> },
): Promise<T | undefined> {
  const stop = new AbortController()
  const onEnd = () => stop.abort(ended.reason)
  if (ended.aborted) onEnd()
  ended.addEventListener('abort', onEnd, { once: true })
  let late = false
  const patience = app.clock.sleep(patienceMs, stop.signal).then(
    () => {
      late = true
      stop.abort(new Error('the patience has ended'))
    },
    () => undefined,
  )
  try {
    return await ask(stop.signal)
  } catch (error) {
    if (late) return undefined
    throw error
  } finally {
    ended.removeEventListener('abort', onEnd)
    stop.abort()
    await patience
  }
}

/** Never rejects: what was asked for ends by itself as well, when nobody takes it. */
export async function giveUp({ app }: Pick<RoomParts, 'app'>, room: HeldRoom, reason: string): Promise<void> {
  try {
    await app.commands.giveUpRoom(room.decisionId, reason, room.caller)
  } catch (error) {
    app.log.warn({ cause: describeError(error), decision: room.decisionId }, 'front: a room could not be given up')
  }
}

function outcomeOf(decision: RoomDecision, caller: Caller): RoomOutcome {
  if (decision.state === 'free') return { word: 'free' }
  if (decision.state === 'held') return { word: 'held', room: { decisionId: decision.decisionId, caller } }
  return { word: 'refused' }
}

export function callerOf(owner: TokenOwner, visit: Visit): Caller {
  return {
    name: `${owner.userName}@${owner.projectName}`,
    role: 'member',
    projects: [owner.projectId, owner.projectName],
    from: visit.incoming.socket.remoteAddress ?? 'unknown',
    by: 'token',
  }
}

function knownCloud({ app, settings: { cloudId } }: RoomParts): KnownCloud {
  const snapshot = app.state.clouds.get(cloudId)?.snapshot
  return {
    hosts: snapshot?.hosts ?? [],
    hostOf: (serverId) => snapshot?.instanceById.get(instanceId(cloudId, serverId))?.hostId,
  }
}
