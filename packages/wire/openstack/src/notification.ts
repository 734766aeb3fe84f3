// A versioned notification of nova as it comes over the bus: oslo's envelope, and nova's objects wrapped in their versions,
// which are taken off here. What is no notification is undefined: the bus is somebody else's, and a word that is not
// understood is not a fault.
import { isObject, type Json, type JsonObject } from './json.ts'

export interface Notification {
  /** instance.suspend.end, service.update, compute_task.build_instances.error, … */
  readonly eventType: string
  readonly priority: string
  readonly payload: JsonObject
}

const deepest = 40

/** `content` is the body of the message: {"oslo.version", "oslo.message": text}, or what stands in there. */
export function readNotification(content: string): Notification | undefined {
  const envelope = parsed(content)
  const inner = envelope?.['oslo.message']
  const message = typeof inner === 'string' ? parsed(inner) : envelope
  const eventType = message?.['event_type']
  const payload = unwrapped(message?.['payload'], 0)
  if (typeof eventType !== 'string' || !isObject(payload)) return undefined
  const priority = message?.['priority']
  return { eventType, priority: typeof priority === 'string' ? priority : 'INFO', payload }
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** {"nova_object.data": {…}, "nova_object.name": …} is what stands in its data. */
function unwrapped(value: Json | undefined, depth: number): Json {
  if (value === undefined || depth > deepest) return null
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => unwrapped(each, depth + 1))
  if (!isObject(value)) return value
  const data = value['nova_object.data'] ?? value
  if (!isObject(data)) return null
  return Object.fromEntries(Object.entries(data).map(([key, each]) => [key, unwrapped(each, depth + 1)]))
}
