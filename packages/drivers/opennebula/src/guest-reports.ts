// Tells a report that is new from one that was kept. OpenNebula goes on showing an attribute long after whoever wrote it
// has fallen silent, and a silent guest must not pass for an idle one: a report counts once, when it differs from the
// one seen before. The first sight of a guest counts for nothing, since its age is unknown. One exception: "not idle at
// all" may be old and does no harm.
import type { IdleReport } from './parse/idle-report.ts'

export class GuestReports {
  readonly #marks = new Map<number, readonly [number, number]>()

  /** Whether the report is news, and neither the one already known nor the first. */
  isNews({ vmId, idleS, marks }: Omit<IdleReport, 'users'>): boolean {
    const known = this.#marks.get(vmId)
    const isSame = known !== undefined && Object.is(known[0], marks[0]) && Object.is(known[1], marks[1])
    if (!isSame) this.#marks.set(vmId, marks)
    return known !== undefined && (!isSame || idleS === 0)
  }

  keepOnly(ids: ReadonlyMap<number, unknown>): void {
    for (const id of this.#marks.keys()) if (!ids.has(id)) this.#marks.delete(id)
  }
}
