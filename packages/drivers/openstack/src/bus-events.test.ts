// What nova's own notifications, as recorded, tell the loops.
import { cloudId } from '@gleaner/model'
import { type JsonObject, type Notification, readNotification } from '@gleaner/wire-openstack'
import { describe, expect, it } from 'vitest'
import { BusEvents } from './bus-events.ts'
import { recorded } from './testing/recorded.ts'

function notification(eventType: string, change: JsonObject = {}): Notification {
  const told = readNotification(JSON.stringify(recorded(`notification-${eventType}`).body))
  if (told === undefined) throw new Error(`${eventType} cannot be read`)
  return { ...told, payload: { ...told.payload, ...change } }
}
const events = () => new BusEvents(cloudId('lab'))
const uuid = /^lab:[0-9a-f-]{36}$/

describe('a notification', () => {
  it('of an instance tells which, and what became of it', () => {
    expect(events().read(notification('instance.suspend.end'))).toEqual({
      kind: 'instance-changed',
      instanceId: expect.stringMatching(uuid),
      detail: 'recorded: suspend.end (suspended)',
    })
    expect(events().read(notification('instance.update'))?.kind).toBe('instance-changed')
  })

  it('of the beginning of an action, or of a mere existence, tells nothing', () => {
    for (const eventType of ['instance.suspend.start', 'instance.exists', 'flavor.create', 'scheduler.x']) {
      expect(events().read({ ...notification('instance.update'), eventType })).toBeUndefined()
    }
  })

  it('of a request without a host keeps what nova shows nowhere else', () => {
    const told = events()
    const event = told.read(notification('compute_task.build_instances.error'))
    expect(event).toMatchObject({ kind: 'instance-changed', instanceId: expect.stringMatching(uuid) })
    expect(event?.detail).toMatch(/no host was found No valid host/)
    const id = event?.instanceId?.slice('lab:'.length) ?? ''
    expect(told.zoneOf(id)).toBe('nova')
    expect(told.zoneOf('another')).toBeUndefined()
  })

  it('of a compute service tells changes and no heartbeats', () => {
    const told = events()
    const said = (change: JsonObject) => told.read(notification('service.update', change))?.detail
    const enabled = { disabled: false, disabled_reason: null }
    expect(said(enabled)).toBeUndefined()
    expect(said(enabled)).toBeUndefined()
    expect(said({})).toBe('compute-3: disabled (recorded)')
    expect(said({ report_count: 99 })).toBeUndefined()
    expect(said(enabled)).toBe('compute-3: enabled')
    expect(said({ ...enabled, forced_down: true })).toBe('compute-3: enabled, forced down')
    expect(told.read(notification('service.update', { binary: 'nova-conductor' }))).toBeUndefined()
  })

  it.each<JsonObject>([{ uuid: 7 }, { uuid: null }])('that makes no sense tells nothing: %j', (change) => {
    expect(events().read(notification('instance.update', change))).toBeUndefined()
  })
})
