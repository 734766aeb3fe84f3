// The create that names a lease of its own project, by the hint `reservation` (as with Blazar) or `lease`: it goes to the hosts of
// that lease, or is refused; never elsewhere. Room is opened on one of them, nova gets the create with the flavor that leads
// there, with the caller's own token, and when it has its place the room is closed again. As long as that takes no other
// create goes through the front.
import { describeError, GleanerError, projectId } from '@gleaner/model'
import type { Caller } from '../../application.ts'
import type { LeaseEntry } from '../../reservation/fence-keeper.ts'
import { placed } from './create-in-room.ts'
import type { CreateParts } from './create-server.ts'
import type { CreateDocument } from './create-document.ts'
import type { Flavor } from './flavors.ts'
import { countOf, diskOf } from './room-wish.ts'
import { callerOf } from './room-for-create.ts'
import { serverIdIn } from './server-id.ts'
import { ownerOf } from './token-owner.ts'
import type { WholeAnswer } from './upstream.ts'
import type { Visit } from './visit.ts'

export interface CreateInLease {
  readonly document: CreateDocument
  readonly lease: string
  readonly flavor: Flavor
  readonly visit: Visit
  /** Sends the create with this flavor, at once. */
  readonly post: (flavor: string) => Promise<WholeAnswer>
}

export async function createInLease(parts: CreateParts, create: CreateInLease): Promise<WholeAnswer> {
  const { handover, room } = parts
  const { document, flavor, lease, visit, post } = create
  const { app, settings, keystone } = room
  const owner = await ownerOf(visit.token, keystone, visit.ended)
  if (owner === undefined) throw new GleanerError('unauthenticated')
  const count = countOf(document.server)
  if (count === undefined)
    throw new GleanerError('front-request-invalid', { detail: 'min_count and max_count are no numbers of servers' })
  const caller = callerOf(owner, visit)
  const { cloudId } = settings
  const end = await handover.begin(visit.ended)
  let entry: LeaseEntry | undefined
  try {
    entry = await app.commands.enterLease(
      {
        cloudId,
        projectId: projectId(cloudId, owner.projectId),
        lease,
        flavor: flavor.id,
        size: { vcpus: flavor.vcpus, memoryMiB: flavor.memoryMiB, diskGiB: diskOf(document.server, flavor) },
        count,
      },
      caller,
    )
    // From here on the create is seen through; a client that has gone by now has none.
    visit.ended.throwIfAborted()
    const answer = await post(entry.flavor)
    parts.inBackground(finish(parts, { answer, entry, visit, caller, end }))
    return answer
  } catch (error) {
    end()
    // Of a create without an answer nova may still make a server; it is placed in the lease or not at all.
    if (entry !== undefined) await leave(parts, { entry, isPlaced: false, caller })
    throw error
  }
}

interface Finishing {
  readonly answer: WholeAnswer
  readonly entry: LeaseEntry
  readonly visit: Visit
  readonly caller: Caller
  readonly end: () => void
}

async function finish(parts: CreateParts, { answer, entry, visit, caller, end }: Finishing): Promise<void> {
  const serverId = answer.status === 202 ? serverIdIn(answer) : undefined
  const isPlaced = serverId !== undefined && (await placed(parts, { serverId, visit }))
  end()
  await leave(parts, { entry, isPlaced, caller })
}

async function leave(
  { room: { app } }: CreateParts,
  { entry, isPlaced, caller }: { readonly entry: LeaseEntry; readonly isPlaced: boolean; readonly caller: Caller },
): Promise<void> {
  try {
    await app.commands.enteredLease(entry.id, { isPlaced }, caller)
  } catch (error) {
    app.log.warn(
      { cause: describeError(error), lease: entry.lease },
      'front: what was open in a lease could not be closed',
    )
  }
}
