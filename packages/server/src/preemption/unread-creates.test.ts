import { projectId, cloudId } from '@gleaner/model'
import { expect, it } from 'vitest'
import { UnreadCreates } from './unread-creates.ts'

const create = { projectId: projectId(cloudId('lab'), 'astro'), count: 1, vcpus: 2, memoryMiB: 512 }

it('counts a create from its begin until a reading began after its answer', () => {
  const unread = new UnreadCreates()
  unread.begin(create)
  expect(unread.notIn({ takenAtMs: 9000 })).toEqual([create])
  unread.mayBeThere(create, 1000)
  expect(unread.notIn({ takenAtMs: 1000 })).toEqual([create])
  expect(unread.notIn({ takenAtMs: 1001 })).toEqual([])
  expect(unread.notIn({ takenAtMs: 0 })).toEqual([])
})

it('does not count what was refused, whatever is told of it later', () => {
  const unread = new UnreadCreates()
  unread.begin(create)
  unread.refused(create)
  unread.mayBeThere(create, 1000)
  expect(unread.notIn({ takenAtMs: 0 })).toEqual([])
})

it('keeps two equal creates apart', () => {
  const unread = new UnreadCreates()
  const twin = { ...create }
  unread.begin(create)
  unread.begin(twin)
  unread.refused(create)
  expect(unread.notIn({ takenAtMs: 0 })).toEqual([twin])
})
