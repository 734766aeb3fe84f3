// What comes while leases are being written goes together, and nobody loses by the fault of another.
import { GleanerError, isError, type Lease } from '@gleaner/model'
import type { Fence, LeaseWrite } from '@gleaner/ports'
import { describe, expect, it } from 'vitest'
import { LeaseWriter } from './lease-writer.ts'

const fence: Fence = { scope: 'main', term: 1 }

/** Only the id and the name of a lease matter here. */
function write(id: string, name = id): LeaseWrite {
  const span = { startMs: 0, endMs: 1 }
  const lease = {
    id: id as Lease['id'],
    name,
    cloudId: 'c' as Lease['cloudId'],
    projectId: 'p' as Lease['projectId'],
    by: 'anna',
    span,
    state: 'pending',
    createdAtMs: 0,
    updatedAtMs: 0,
    endAction: 'nothing',
    reservations: [],
    events: [],
  } satisfies Lease
  return { lease, rooms: [] }
}

/** Keeps each call open until it is answered. */
class Store {
  readonly calls: {
    readonly term: number
    readonly ids: readonly string[]
    readonly answer: (error?: unknown) => void
  }[] = []
  #told: (() => void) | undefined

  save({ term }: Fence, writes: readonly LeaseWrite[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const ids = writes.map(({ lease }) => `${lease.id}=${lease.name}`)
      this.calls.push({ term, ids, answer: (error) => (error === undefined ? resolve() : reject(error)) })
      this.#told?.()
    })
  }

  async call(nth: number) {
    while (this.calls[nth] === undefined) await new Promise<void>((resolve) => (this.#told = resolve))
    return this.calls[nth]
  }
}

function outcomes(writer: LeaseWriter, asked: readonly (readonly [Fence, LeaseWrite])[]) {
  return asked.map(([on, one]) =>
    writer.write(on, [one]).then(
      () => 'written' as const,
      (error: unknown) => error,
    ),
  )
}

describe('leases on their way to the store', () => {
  it('go in one transaction when they come in one turn, and in the next when they come later', async () => {
    const store = new Store()
    const writer = new LeaseWriter(store)
    const first = outcomes(writer, [
      [fence, write('a')],
      [fence, write('b')],
    ])
    const one = await store.call(0)
    const later = outcomes(writer, [
      [fence, write('c')],
      [fence, write('d')],
    ])
    one.answer()
    expect(await Promise.all(first)).toEqual(['written', 'written'])
    const two = await store.call(1)
    two.answer()
    expect(await Promise.all(later)).toEqual(['written', 'written'])
    expect(store.calls.map(({ ids }) => ids)).toEqual([
      ['a=a', 'b=b'],
      ['c=c', 'd=d'],
    ])
  })

  it('are never twice in one transaction, nor under two terms, and keep their order', async () => {
    const store = new Store()
    const writer = new LeaseWriter(store)
    const asked = outcomes(writer, [
      [fence, write('a', 'first')],
      [fence, write('b')],
      [fence, write('a', 'second')],
      [{ ...fence, term: 2 }, write('c')],
    ])
    for (const nth of [0, 1, 2]) (await store.call(nth)).answer()
    expect(await Promise.all(asked)).toEqual(Array(4).fill('written'))
    expect(store.calls.map(({ term, ids }) => [term, ids])).toEqual([
      [1, ['a=first', 'b=b']],
      [1, ['a=second']],
      [2, ['c=c']],
    ])
  })

  it('are written alone, each, when the store refuses one of several', async () => {
    const store = new Store()
    const writer = new LeaseWriter(store)
    const refused = new GleanerError('conflict', { detail: 'promised to another' })
    const asked = outcomes(writer, [
      [fence, write('a')],
      [fence, write('b')],
      [fence, write('c')],
    ])
    for (const [nth, error] of [refused, undefined, refused, undefined].entries()) (await store.call(nth)).answer(error)
    expect(await Promise.all(asked)).toEqual(['written', refused, 'written'])
    expect(store.calls.map(({ ids }) => ids)).toEqual([['a=a', 'b=b', 'c=c'], ['a=a'], ['b=b'], ['c=c']])
  })

  it('that were given together are written together or not at all', async () => {
    const store = new Store()
    const writer = new LeaseWriter(store)
    const refused = new GleanerError('conflict', { detail: 'promised to another' })
    const asked = Promise.allSettled([
      writer.write(fence, [write('a'), write('b')]),
      writer.write(fence, [write('c')]),
      writer.write(fence, [write('d'), write('b', 'later')]),
    ])
    for (const [nth, error] of [refused, refused, undefined, undefined].entries()) (await store.call(nth)).answer(error)
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(store.calls.map(({ ids }) => ids)).toEqual([
      ['a=a', 'b=b', 'c=c'],
      ['a=a', 'b=b'],
      ['c=c'],
      ['d=d', 'b=later'],
    ])
  })

  it('all hear of a store that is gone, which is not asked again for each, and the next try is a new one', async () => {
    const store = new Store()
    const writer = new LeaseWriter(store)
    const gone = new GleanerError('store-unavailable', { detail: 'no answer' })
    const asked = outcomes(writer, [
      [fence, write('a')],
      [fence, write('b')],
    ])
    ;(await store.call(0)).answer(gone)
    const heard = await Promise.all(asked)
    expect(heard.every((error) => isError(error, 'store-unavailable'))).toBe(true)
    const again = outcomes(writer, [[fence, write('a')]])
    ;(await store.call(1)).answer()
    expect(await Promise.all(again)).toEqual(['written'])
    expect(store.calls).toHaveLength(2)
  })
})
