// Tells a report that is new from one that was kept. OpenNebula goes on showing an attribute long after whoever wrote it
// has fallen silent, and a silent guest must not pass for an idle one: a report counts once, when it differs from the
// one seen before. The first sight of a guest counts for nothing, since its age is unknown. One exception: "not idle at
// all" may be old and does no harm.
import type { IdleReport } from './parse/idle-report.ts'

export class GuestReports {
  readonly #marks = new Map<number, string>()

  /** The report when it is news; undefined when it is the one already known, or the first. */
  news(report: IdleReport): IdleReport | undefined {
    const known = this.#marks.get(report.vmId)
    this.#marks.set(report.vmId, report.mark)
    if (known === undefined || (known === report.mark && report.idleS > 0)) return undefined
    return report
  }

  keepOnly(ids: ReadonlyMap<number, unknown>): void {
    for (const id of this.#marks.keys()) if (!ids.has(id)) this.#marks.delete(id)
  }
}
