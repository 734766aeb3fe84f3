// What the journal says of a desktop that was closed longer ago than memory reaches comes from the store, and only for as long as memory
// knows nothing newer.
import { aHostEntry, testStartMs, VirtualClock } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { plainApplication } from '../testing/plain-application.ts'
import { plainDesktop, plainHost } from '../testing/plain-objects.ts'
import { LendingBook } from './lending-book.ts'

const dayMs = 86_400_000
const host = { ...plainHost('desk-1'), kind: 'desktop', state: 'disabled' } as const
const door = (action: 'close' | 'open', atMs: number, capability: 'opportunism' | 'oversubscription' = 'opportunism') =>
  aHostEntry({
    id: `${action} ${atMs}`,
    capability,
    action,
    setting: undefined,
    hostId: host.id,
    state: 'done',
    intendedAtMs: atMs,
    finishedAtMs: atMs,
  })

function bookOf(state: 'disabled' | 'up' = 'disabled') {
  const { app, content } = plainApplication({ clock: new VirtualClock(), hosts: [{ ...host, state }] })
  const { store, clock, config } = app
  return {
    content,
    book: new LendingBook({ store, clock, state: app.state, settings: config.opportunism, weighsAvailability: false }),
  }
}

it('asks the store for what memory does not reach: when Gleaner closed the host, and that it is its to open', async () => {
  const { book, content } = bookOf()
  const closedAtMs = testStartMs - 90 * dayMs
  content.journal = [door('close', closedAtMs), door('open', closedAtMs - dayMs)]
  const past = await book.past([])
  expect([past.closedAtMs(host.id), past.mayOpen(host.id), past.isKnown(host.id)]).toEqual([closedAtMs, true, true])
})

it('a host that was opened by Gleaner and closed by somebody else stays closed, however long ago that was', async () => {
  const { book, content } = bookOf()
  content.journal = [door('close', testStartMs - 91 * dayMs), door('open', testStartMs - 90 * dayMs)]
  expect((await book.past([])).mayOpen(host.id)).toBe(false)
})

it('what memory knows counts before what was read from the store, and what was read once is read anew after it', async () => {
  const { book, content } = bookOf()
  const closed = door('close', testStartMs - 90 * dayMs)
  const opened = door('open', testStartMs)
  content.journal = [closed]
  expect((await book.past([])).mayOpen(host.id)).toBe(true)
  // Gleaner opened it, somebody closed it by hand: so memory has it, and later only the store.
  content.journal = [closed, opened]
  expect((await book.past([opened])).mayOpen(host.id)).toBe(false)
  const past = await book.past([])
  expect([past.mayOpen(host.id), past.closedAtMs(host.id)]).toEqual([false, undefined])
})

it('asks nothing about a host that is open', async () => {
  const { book, content } = bookOf('up')
  content.journal = [door('close', testStartMs - 90 * dayMs)]
  expect((await book.past([])).isKnown(host.id)).toBe(false)
})

it('tells what is foretold of desktops only where that weighs, and the same map until something changes', async () => {
  const { app, content } = plainApplication({ clock: new VirtualClock(), hosts: [host] })
  const { store, clock, state, config } = app
  content.desktops = [plainDesktop(clock.nowMs())]
  const bookWith = (weighsAvailability: boolean) =>
    new LendingBook({ store, clock, state, settings: config.opportunism, weighsAvailability })
  const unweighed = bookWith(false)
  await unweighed.refresh()
  expect(unweighed.availability([host])).toBeUndefined()
  const weighed = bookWith(true)
  await weighed.refresh()
  const hosts = [host]
  const first = weighed.availability(hosts)
  expect(first).toEqual(new Map())
  expect(weighed.availability(hosts)).toBe(first)
  await weighed.refresh()
  expect(weighed.availability([host])).not.toBe(first)
})
