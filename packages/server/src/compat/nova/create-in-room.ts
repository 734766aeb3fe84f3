// The create for which a room is held: opens the room, sends the create, and tells what came of it. From the opening until
// nova has claimed the room for the new server no other create goes through the front. Neither a pinned host nor rights
// of Gleaner's own are needed: the room that was opened is the room nova finds.
import { type InstanceId, describeError, instanceId } from '@gleaner/model'
import { baseMinor } from './microversion.ts'
import type { CreateParts } from './create-server.ts'
import { type HeldRoom, giveUp } from './room-for-create.ts'
import { serverIdIn } from './server-id.ts'
import type { WholeAnswer } from './upstream.ts'
import type { Visit } from './visit.ts'

export interface CreateInRoom {
  readonly visit: Visit
  /** Sends the create, at once. */
  readonly post: () => Promise<WholeAnswer>
  /** Sends it as one that has no room. */
  readonly send: () => Promise<WholeAnswer>
}

export async function createInRoom(parts: CreateParts, room: HeldRoom, create: CreateInRoom): Promise<WholeAnswer> {
  const { visit } = create
  let end: () => void
  try {
    end = await parts.handover.begin(visit.ended)
  } catch (error) {
    await giveUp(parts.room, room, 'the client has gone')
    throw error
  }
  try {
    await parts.room.app.commands.takeRoom(room.decisionId, room.caller)
  } catch (error) {
    end()
    parts.room.app.log.warn({ cause: describeError(error), decision: room.decisionId }, 'front: a room was lost')
    return create.send()
  }
  try {
    // From here on the create is seen through; a client that has gone by now has none.
    visit.ended.throwIfAborted()
    const answer = await create.post()
    const serverId = answer.status === 202 ? serverIdIn(answer) : undefined
    parts.inBackground(finish(parts, { room, answer, serverId, visit, end }))
    return answer
  } catch (error) {
    end()
    await tell(parts, room, { failure: `nova gave no answer to the create: ${describeError(error)}` })
    throw error
  }
}

interface Finishing {
  readonly room: HeldRoom
  readonly answer: WholeAnswer
  readonly serverId: string | undefined
  readonly visit: Visit
  readonly end: () => void
}

async function finish(parts: CreateParts, { room, answer, serverId, visit, end }: Finishing): Promise<void> {
  if (answer.status !== 202) {
    end()
    await tell(parts, room, { failure: `nova answered the create with ${answer.status}` })
    return
  }
  const isPlaced = serverId === undefined || (await placed(parts, { serverId, visit }))
  end()
  const { cloudId } = parts.room.settings
  const instanceIds = serverId === undefined ? [] : [instanceId(cloudId, serverId)]
  await tell(parts, room, isPlaced ? { instanceIds } : { failure: 'nova found no place for the instance' })
}

const lookEveryMs = 500
/** The handover ends by itself when this takes too long. */
const mostLooks = 30

/** Waits until nova has placed the server, or has not. False only when it certainly has not. */
export async function placed(
  parts: CreateParts,
  { serverId, visit }: { readonly serverId: string; readonly visit: Visit },
): Promise<boolean> {
  const path = `/v2.1/servers/${encodeURIComponent(serverId)}`
  for (let look = 0; look < mostLooks; look++) {
    try {
      const server = await visit.calls.read({ path, minor: baseMinor, name: 'server' }, parts.closing)
      if (server === undefined || hasText(server['hostId'])) return true
      if (server['status'] === 'ERROR') return false
      await parts.room.app.clock.sleep(lookEveryMs, parts.closing)
    } catch {
      return true
    }
  }
  return true
}

function hasText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

type Told = { readonly instanceIds: readonly InstanceId[] } | { readonly failure: string }

async function tell({ room: { app } }: CreateParts, room: HeldRoom, outcome: Told): Promise<void> {
  try {
    await app.commands.roomTaken(room.decisionId, outcome, room.caller)
  } catch (error) {
    app.log.warn(
      { cause: describeError(error), decision: room.decisionId },
      'front: what came of a room could not be told',
    )
  }
}
