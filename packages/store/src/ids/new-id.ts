// Ids of Gleaner's own records: "<prefix>_<UUID version 7>" (RFC 9562): sortable by the time they were made.
import { randomUUID } from 'node:crypto'

export function newId(prefix: string, nowMs: number): string {
  const time = Math.max(0, Math.floor(nowMs)).toString(16).padStart(12, '0')
  // Variant and random bits are those of version 4, which Node.js draws many at a time.
  return `${prefix}_${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}
