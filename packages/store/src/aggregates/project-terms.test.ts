// The terms of a project and the line of who set them are written together or not at all, and of two who change at once both count.
import { GleanerError, type ProjectId } from '@gleaner/model'
import type { AuditEntry } from '@gleaner/ports'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
}, 60_000)
afterAll(() => opened.close())

const project = 'lab:physics' as ProjectId
const line = (what: string, before: unknown, after: unknown): AuditEntry => ({
  atMs: 5,
  by: 'ada',
  from: 'test',
  what,
  object: project,
  before,
  after,
})
const optOut = { sinceMs: 1, untilMs: 10, reason: 'exams', by: 'ada', role: 'member' } as const

it('keeps opt-out and limits apart, each with its line', async () => {
  const { store } = opened
  await store.projectTerms.change(project, { optOut }, (before) => line('out', before.optOut, optOut))
  await store.projectTerms.change(project, { limits: { graceMs: 9, strongest: 'suspend' } }, (before) =>
    line('limit', before.limits, {}),
  )
  expect((await store.projectTerms.all()).get(project)).toEqual({
    projectId: project,
    optOut,
    limits: { graceMs: 9, strongest: 'suspend' },
  })
  const endless = { ...optOut, untilMs: undefined }
  await store.projectTerms.change(project, { optOut: endless }, (before) => line('out', before.optOut, endless))
  expect((await store.projectTerms.all()).get(project)?.optOut).toEqual(endless)
  await store.projectTerms.change(project, { optOut: undefined }, (before) => line('in', before.optOut, null))
  expect((await store.projectTerms.all()).get(project)?.optOut).toBeUndefined()
  const { items } = await store.audit.list({ limit: 10, offset: 0, search: project })
  expect(items.map(({ what }) => what).sort()).toEqual(['in', 'limit', 'out', 'out'])
  expect(items.find(({ what }) => what === 'in')?.before).toMatchObject({ reason: 'exams' })
})

it('changes nothing, and leaves no line, when the one who asks may not', async () => {
  const { store } = opened
  const other = 'lab:others' as ProjectId
  const refused = store.projectTerms.change(other, { optOut }, () => {
    throw new GleanerError('forbidden', { role: 'member', needed: 'administrator' })
  })
  await expect(refused).rejects.toMatchObject({ code: 'forbidden' })
  expect((await store.projectTerms.all()).has(other)).toBe(false)
  expect((await store.audit.list({ limit: 10, offset: 0, search: other })).total).toBe(0)
})

it('loses neither of two changes that come at once', async () => {
  const { store } = opened
  const both = 'lab:both' as ProjectId
  await Promise.all([
    store.projectTerms.change(both, { optOut }, () => line('out', undefined, optOut)),
    store.projectTerms.change(both, { limits: { mode: 'advise' } }, () => line('limit', {}, {})),
  ])
  expect((await store.projectTerms.all()).get(both)).toEqual({ projectId: both, optOut, limits: { mode: 'advise' } })
})
