// From OpenNebula's last monitoring records to samples. Keeps the last record of each instance and host and nothing else.
//
// - A record gives a sample once: when its time has moved on. A host that has fallen silent leaves its last record behind,
//   and that is no measurement of now. The first record seen of an instance gives none, as its age is unknown.
// - The time of a sample is that of its record, which the front-end wrote, but within the time between two questions: the
//   record appeared in it, whatever the two clocks say.
// - CPU and memory are what the hypervisor measured; network and disk are counters, so they need two records of one life
//   of the guest's process. A counter that went back gives no rate.
// - Figures are bounded by what the instance was given: the emulator's own threads and memory are in them.
import { type CloudId, instanceId, metrics, type SampleBatch } from '@gleaner/model'
import { hostIdOf } from './native-id.ts'
import { GuestReports } from './guest-reports.ts'
import type { IdleReport } from './parse/idle-report.ts'
import { hostColumns, type MonitoringTable, vmColumns } from './parse/monitoring-document.ts'

/** What is known of an instance besides its figures. */
export interface RosterEntry {
  readonly isRunning: boolean
  readonly vcpus: number
  readonly memoryMiB: number
  /** Changes when the guest's process starts anew, and its counters with it. */
  readonly life: number
}

export interface HostSize {
  readonly cores: number
  readonly memoryMiB: number
}

export interface Readings {
  readonly vms: MonitoringTable
  readonly hosts: MonitoringTable | undefined
  /** Reports that stand on the hosts. */
  readonly hostReports: readonly IdleReport[]
  readonly roster: ReadonlyMap<number, RosterEntry>
  readonly hostSizes: ReadonlyMap<number, HostSize>
  readonly nowMs: number
}

const vm = Object.fromEntries(vmColumns.map((name, index) => [name, index])) as Record<
  (typeof vmColumns)[number],
  number
>
const metric = Object.fromEntries(metrics.map((name, index) => [name, index])) as Record<
  (typeof metrics)[number],
  number
>

export class UsageMeter {
  readonly #cloudId: CloudId
  readonly #vmReports = new GuestReports()
  readonly #hostReports = new GuestReports()
  /** Per instance: its last record, and the life it belonged to. */
  readonly #last = new Map<number, { readonly record: Float64Array; readonly life: number }>()
  readonly #lastOfHost = new Map<number, number>()
  #askedAtMs = 0

  constructor(cloudId: CloudId) {
    this.#cloudId = cloudId
  }

  take(readings: Readings): SampleBatch {
    const { vms, hosts, roster, nowMs } = readings
    const most = vms.ids.length + (hosts?.ids.length ?? 0)
    const batch = {
      subjects: [] as string[],
      atMs: new Float64Array(most),
      values: new Float64Array(most * metrics.length).fill(Number.NaN),
    }
    const news = this.#news(readings)
    for (let row = 0; row < vms.ids.length; row++) this.#takeVm(row, { readings, batch, news })
    for (let row = 0; row < (hosts?.ids.length ?? 0); row++) this.#takeHost(row, { readings, batch })
    for (const id of this.#last.keys()) if (!roster.has(id)) this.#last.delete(id)
    this.#vmReports.keepOnly(roster)
    this.#hostReports.keepOnly(roster)
    this.#askedAtMs = nowMs
    const rows = batch.subjects.length
    return {
      subjects: batch.subjects,
      atMs: batch.atMs.slice(0, rows),
      values: batch.values.slice(0, rows * metrics.length),
    }
  }

  #takeVm(row: number, { readings, batch, news }: Taking & { readonly news: ReadonlyMap<number, IdleReport> }): void {
    const { vms, roster } = readings
    const id = vms.ids[row] ?? -1
    const known = roster.get(id)
    if (known === undefined) return
    const record = vms.values.subarray(row * vms.columns, (row + 1) * vms.columns)
    const before = this.#last.get(id)
    if (before?.record[vm.atS] === record[vm.atS]) return
    this.#last.set(id, { record: record.slice(), life: known.life })
    const elapsedS = (record[vm.atS] ?? 0) - (before?.record[vm.atS] ?? Number.NaN)
    if (!known.isRunning || !(elapsedS > 0)) return
    const at = this.#begin(batch, instanceId(this.#cloudId, String(id)), {
      atS: record[vm.atS] ?? 0,
      nowMs: readings.nowMs,
    })
    const { values } = batch
    values[at + metric.cpu] = Math.min((record[vm.cpu] ?? Number.NaN) / 100, known.vcpus)
    values[at + metric.memory] = Math.min((record[vm.memoryKiB] ?? Number.NaN) / 1024, known.memoryMiB)
    const isSameLife = before?.life === known.life
    const rate = (column: number) => {
      const grown = (record[column] ?? Number.NaN) - (before?.record[column] ?? Number.NaN)
      return isSameLife && grown >= 0 ? grown / elapsedS : Number.NaN
    }
    values[at + metric.networkRx] = rate(vm.rxBytes)
    values[at + metric.networkTx] = rate(vm.txBytes)
    values[at + metric.disk] = rate(vm.readBytes) + rate(vm.writeBytes)
    const report = news.get(id)
    const agentUsers = record[vm.agentUsers] ?? Number.NaN
    values[at + metric.users] = most(report?.users ?? Number.NaN, agentUsers)
    if (report !== undefined) values[at + metric.idle] = report.idleS
  }

  #takeHost(row: number, { readings, batch }: Taking): void {
    const { hosts, hostSizes, nowMs } = readings
    const id = hosts?.ids[row] ?? -1
    const size = hostSizes.get(id)
    if (hosts === undefined || size === undefined) return
    const [atS, cpu, memoryKiB] = hosts.values.subarray(row * hosts.columns, row * hosts.columns + hostColumns.length)
    const beforeS = this.#lastOfHost.get(id)
    this.#lastOfHost.set(id, atS ?? 0)
    if (beforeS === undefined || !((atS ?? 0) > beforeS)) return
    const at = this.#begin(batch, hostIdOf(this.#cloudId, id), { atS: atS ?? 0, nowMs })
    batch.values[at + metric.cpu] = Math.min((cpu ?? Number.NaN) / 100, size.cores)
    batch.values[at + metric.memory] = Math.min((memoryKiB ?? Number.NaN) / 1024, size.memoryMiB)
  }

  #begin(batch: Batch, subject: string, { atS, nowMs }: { readonly atS: number; readonly nowMs: number }): number {
    const row = batch.subjects.push(subject) - 1
    batch.atMs[row] = Math.min(nowMs, Math.max(atS * 1000, this.#askedAtMs + 1))
    return row * metrics.length
  }

  #news({ vms, hostReports }: Readings): ReadonlyMap<number, IdleReport> {
    const news = new Map<number, IdleReport>()
    for (const report of hostReports) {
      const found = this.#hostReports.news(report)
      if (found !== undefined) news.set(report.vmId, found)
    }
    // The guest's own record is the newer form, and wins.
    for (const report of vms.idle) {
      const found = this.#vmReports.news(report)
      if (found !== undefined) news.set(report.vmId, found)
    }
    return news
  }
}

interface Batch {
  readonly subjects: string[]
  readonly atMs: Float64Array
  readonly values: Float64Array
}

interface Taking {
  readonly readings: Readings
  readonly batch: Batch
}

/** Of two counts of the same people the higher; NaN only when neither is known. */
function most(a: number, b: number): number {
  if (Number.isNaN(a)) return b
  return Number.isNaN(b) ? a : Math.max(a, b)
}
