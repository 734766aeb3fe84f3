import { describe, expect, it } from 'vitest'
import { readNotification } from './notification.ts'

const told = { event_type: 'instance.update', priority: 'INFO', payload: { 'nova_object.data': { uuid: 'a' } } }

describe('a notification', () => {
  it('is taken out of its envelope and its versions', () => {
    const payload = {
      'nova_object.name': 'X',
      'nova_object.data': {
        uuid: 'a',
        flavor: { 'nova_object.version': '1.4', 'nova_object.data': { vcpus: 2 } },
        volumes: [{ 'nova_object.data': { id: 'v' } }],
        hints: { same_host: ['b'] },
      },
    }
    const message = JSON.stringify({ event_type: 'e', priority: 'ERROR', payload })
    expect(readNotification(JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': message }))).toEqual({
      eventType: 'e',
      priority: 'ERROR',
      payload: { uuid: 'a', flavor: { vcpus: 2 }, volumes: [{ id: 'v' }], hints: { same_host: ['b'] } },
    })
  })

  it('may come without an envelope', () => {
    expect(readNotification(JSON.stringify(told))).toMatchObject({ eventType: 'instance.update' })
  })

  it.each([
    '',
    'null',
    '[]',
    '42',
    '{"oslo.message": "{"}',
    '{"oslo.message": "[]"}',
    '{"oslo.message": 7}',
    JSON.stringify({ ...told, event_type: 7 }),
    JSON.stringify({ ...told, payload: null }),
    JSON.stringify({ ...told, payload: 'text' }),
    JSON.stringify({ ...told, payload: { 'nova_object.data': 7 } }),
  ])('is not what it should be: %s', (content) => {
    expect(readNotification(content)).toBeUndefined()
  })

  it('that is nested without end is cut off', () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`
    const content = `{"event_type": "e", "payload": ${deep}}`
    expect(readNotification(content)?.eventType).toBe('e')
  })
})
