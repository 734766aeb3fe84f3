// Whether a preemptible create would take its project beyond its quota of preemptible capacity: then it is refused here, as
// nova refuses what is beyond its own quotas. Where that cannot be said, because keystone does not answer, the flavor is not
// shown, or the cloud was not read yet, nova gets the create: what then is too much is seen in the next reading, and told.
// Creates that came this way count from the moment they pass, though no reading shows them yet; what passes another replica's
// front counts from the next reading on.
import { GleanerError, describeError, projectId } from '@gleaner/model'
import { hasQuota, overQuota } from '../../preemption/over-quota.ts'
import type { UnreadCreate } from '../../preemption/unread-creates.ts'
import type { CreateDocument } from './create-document.ts'
import type { Flavor } from './flavors.ts'
import type { RoomParts } from './room-for-create.ts'
import { countOf } from './room-wish.ts'
import { type TokenOwner, ownerOf } from './token-owner.ts'
import type { Visit } from './visit.ts'

export interface PreemptibleCreate {
  readonly document: CreateDocument
  /** Asked for only where there is a quota. */
  readonly flavor: () => Promise<Flavor | undefined>
  readonly visit: Visit
}

/** Rejects with `front-quota`. Resolves with what now counts against the quota, until the caller tells its end or a reading shows it. */
export async function keepQuota(parts: RoomParts, create: PreemptibleCreate): Promise<UnreadCreate | undefined> {
  const { app, settings } = parts
  const { preemption } = app.config
  const snapshot = app.state.clouds.get(settings.cloudId)?.snapshot
  if (app.state.modes.preemption === 'off' || !hasQuota(preemption) || snapshot === undefined) return undefined
  const known = await who(parts, create)
  const count = countOf(create.document.server)
  if (known === undefined || count === undefined) return undefined
  const { owner, flavor } = known
  const { vcpus, memoryMiB, name } = flavor
  const evictions = await app.store.evictions.onTheirWayBack()
  const of = projectId(settings.cloudId, owner.projectId)
  const verdict = overQuota(
    {
      projectId: of,
      name: String(create.document.server['name']),
      flavor: name,
      firmness: 'preemptible',
      count,
      hints: {},
      vcpus,
      memoryMiB,
      diskGiB: flavor.rootGiB,
    },
    { snapshot, preemption, evictions, unread: parts.unread.notIn(snapshot) },
  )
  if (verdict !== undefined) throw new GleanerError('front-quota', { detail: verdict.sentence })
  const counted: UnreadCreate = { projectId: of, count, vcpus, memoryMiB }
  parts.unread.begin(counted)
  return counted
}

async function who(
  { app, keystone }: RoomParts,
  { flavor: find, visit }: PreemptibleCreate,
): Promise<{ readonly owner: TokenOwner; readonly flavor: Flavor } | undefined> {
  try {
    const [owner, flavor] = await Promise.all([ownerOf(visit.token, keystone, visit.ended), find()])
    return owner === undefined || flavor === undefined ? undefined : { owner, flavor }
  } catch (error) {
    visit.ended.throwIfAborted()
    app.log.info({ cause: describeError(error) }, 'front: the quota of preemptible capacity could not be asked')
    return undefined
  }
}
