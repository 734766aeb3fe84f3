// A request that the cloud could not place is made anew where the room is; a stock cloud cannot take up the failed one.
import { wholeSentence } from '@gleaner/engine'
import { describeError, type InstanceId, isError, nativeOf, type RoomPlacement } from '@gleaner/model'
import { ended, isPassing, limited, type Outcome, type SagaBook, type Work } from './saga-book.ts'

const replacesKey = 'gleaner-replaces'
const replacedByKey = 'gleaner-replaced-by'

export async function createAnew(book: SagaBook, work: Work, { hostId, index }: RoomPlacement): Promise<Outcome> {
  const { decision, signal, fence } = work
  const { wish, recreation } = decision
  const { creation } = book.cloudOf(decision)
  if (wish === undefined || recreation === undefined || creation === undefined) {
    const sentence = `${decision.cloudId} cannot create instances.`
    return book.undo(work, { code: 'action-unsupported', sentence, facts: {} })
  }
  const host = book.hostName(decision, hostId)
  const noted = await book.note(work, `create ${wish.name} on ${host}`)
  try {
    const newId = await creation.create(
      {
        name: wish.name,
        projectId: wish.projectId,
        hostId,
        flavor: wish.flavor,
        firmness: wish.firmness,
        tags: recreation.tags,
        native: recreation.native,
        vcpus: wish.vcpus,
        memoryMiB: wish.memoryMiB,
        diskGiB: wish.diskGiB,
        // Another plan is another host: what was tried before must not be found done.
        idempotencyKey: `${decision.id}:${decision.attempt}:${index}`,
      },
      limited(signal),
    )
    await book.save(
      fence,
      ended({ ...noted, recreation: { ...recreation, newId, madeAtMs: book.runtime.clock.nowMs() } }, newId),
    )
    return 'again'
  } catch (error) {
    if (isPassing(error)) return book.later(noted, error)
    const sentence = wholeSentence(`${wish.name} could not be created on ${host}: ${describeError(error)}`)
    if (isError(error, 'cloud-conflict', 'cloud-capacity')) {
      await book.save(fence, ended({ ...noted, planAgain: { code: 'room-lost', sentence, facts: { host } } }, sentence))
      return 'again'
    }
    await book.save(fence, ended(noted, sentence))
    return book.undo({ ...work, decision: ended(noted, sentence) }, { code: 'room-lost', sentence, facts: { host } })
  }
}

/** The new id is told where its owner looks: at the old one, at the new one, and by event. */
export async function tellMade(book: SagaBook, { decision, signal }: Work, instanceId: InstanceId): Promise<void> {
  const { recreation } = decision
  if (recreation === undefined) return
  const { labels } = book.cloudOf(decision)
  const replaced = recreation.instanceId
  try {
    await labels?.setMetadata(instanceId, { [replacesKey]: nativeOf(replaced) }, limited(signal))
    await labels?.setMetadata(replaced, { [replacedByKey]: nativeOf(instanceId) }, limited(signal))
  } catch (error) {
    book.runtime.log.warn({ err: error, decision: decision.id }, 'the new id could not be told in the cloud')
  }
  book.runtime.hub.tell('eviction', { decision: decision.id, replaced, by: instanceId })
  book.runtime.log.info({ decision: decision.id, replaced, by: instanceId }, `${decision.wish?.name ?? ''} made anew`)
}
