// What the desk does at once where nobody else would do it before the next cycle.
import { expect, it } from 'vitest'
import { realClock } from '../clock/real-clock.ts'
import { parseConfig } from '../config/load.ts'
import { EventHub } from '../events/hub.ts'
import { memoryContent, memoryStore } from '../testing/memory-store.ts'
import { DesktopDesk } from './desktop-desk.ts'

function deskOver(content = memoryContent()) {
  const done: string[] = []
  const hub = new EventHub(realClock)
  hub.subscribe(({ kind }) => done.push(`told ${kind}`))
  const { opportunism: settings } = parseConfig('', 'test.yaml', { environment: {}, directory: '/' })
  const changed = () => void done.push('planned')
  return { done, desk: new DesktopDesk({ store: memoryStore(content), clock: realClock, hub, settings, changed }) }
}

it('a revocation is told, and what follows from it is planned without waiting', async () => {
  const { done, desk } = deskOver()
  await desk.revoke('dsk_a', 'olga')
  expect(done).toEqual(['told desktop', 'planned'])
})

it('one that could not be written down is nothing that anybody is told of', async () => {
  const { done, desk } = deskOver({ ...memoryContent(), down: true })
  await expect(desk.revoke('dsk_a', 'olga')).rejects.toThrow()
  expect(done).toEqual([])
})
