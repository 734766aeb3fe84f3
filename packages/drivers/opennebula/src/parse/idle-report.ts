// What probes on the hosts say about a guest, in every form that is or was in use:
//
// - IDLE of the VM's monitoring (integrations/opennebula, folder vm/monitor): "v=1 seq=5 up=83 every=15 users=0 idle=75".
//   OpenNebula keeps an attribute that is not sent again together with newer ones, so the time of a record says nothing of
//   the time of this text: `seq` does.
// - IDLE_SECONDS and GUEST_USERS of the VM's monitoring, for probes that print them apart.
// - IDLE=[VMID, IDLE_SECONDS, USERS, SEQ] of the host's template (folder host/system, and all of OpenNebula before 5.12).
// - VM_USERS of the VM's monitoring: a command of guestagent.conf, a number or the agent's own list of users.
//
// What is not understood is not there. A report never says which guest it is from: that is known from where it stands.
import type { XmlCursor } from '@gleaner/wire-xmlrpc'

export interface IdleReport {
  readonly vmId: number
  /** NaN when it does not say. */
  readonly users: number
  readonly idleS: number
  /** Differ whenever the report is a new one; with two equal pairs the second may be the first that was kept. */
  readonly marks: readonly [number, number]
}

const field = /^([a-z]+)=(\d{1,15}(?:\.\d{1,6})?)$/

/** The text of IDLE in a VM's monitoring; undefined for whatever is not one whole report of version 1. */
export function parseIdleText(text: string, vmId: number): IdleReport | undefined {
  if (text.length > 500) return undefined
  const fields = new Map<string, number>()
  for (const word of text.trim().split(' ')) {
    const [, name, value] = field.exec(word) ?? []
    if (name === undefined || fields.has(name)) return undefined
    fields.set(name, Number(value))
  }
  const [seq, uptimeS, users, idleS] = ['seq', 'up', 'users', 'idle'].map((name) => fields.get(name))
  if (fields.get('v') !== 1 || seq === undefined || uptimeS === undefined) return undefined
  if (users === undefined || idleS === undefined || !Number.isInteger(users)) return undefined
  // A guest cannot have been idle for longer than it is up.
  if (idleS > uptimeS) return undefined
  return { vmId, users, idleS, marks: [seq, uptimeS] }
}

/** The cursor has just entered an IDLE element of a host's template; leaves it. */
export function readIdleVector(cursor: XmlCursor): IdleReport | undefined {
  const fields = new Map<string, string>()
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) fields.set(name, cursor.text().trim())
  const [vmId, idleS] = [number(fields.get('VMID')), number(fields.get('IDLE_SECONDS'))]
  if (!Number.isInteger(vmId) || Number.isNaN(idleS)) return undefined
  return { vmId, users: number(fields.get('USERS')), idleS, marks: [number(fields.get('SEQ')), idleS] }
}

/** A number, or what guest-get-users answers, be it as JSON or as OpenNebula up to 6.10 writes it; NaN for all else. */
export function parseUsers(text: string): number {
  const trimmed = text.trim()
  if (!trimmed.startsWith('[')) return number(trimmed)
  if (!trimmed.endsWith(']')) return Number.NaN
  return [...trimmed.replaceAll('\\"', '"').matchAll(/"user"\s*(?:=>|:)/g)].length
}

/** Of a text that is a number without a sign and nothing else; NaN otherwise. */
export function number(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(text.trim()) ? Number(text) : Number.NaN
}
