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

/** The records of one question, to be found by instance. */
interface Asked {
  readonly table: MonitoringTable
  readonly rowOf: ReadonlyMap<number, number>
  readonly lives: Float64Array
}

export class UsageMeter {
  readonly #cloudId: CloudId
  readonly #vmReports = new GuestReports()
  readonly #hostReports = new GuestReports()
  readonly #lastOfHost = new Map<number, number>()
  #before: Asked | undefined
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
    const reports = new Map<number, IdleReport>()
    for (const report of readings.hostReports) if (this.#hostReports.isNews(report)) reports.set(report.vmId, report)
    const asked = askedNow(vms, roster)
    for (let row = 0; row < vms.ids.length; row++) this.#takeVm(row, { readings, batch, reports, asked })
    for (let row = 0; row < (hosts?.ids.length ?? 0); row++) this.#takeHost(row, { readings, batch })
    this.#before = asked
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

  #takeVm(row: number, { readings, batch, reports, asked }: TakingVm): void {
    const { vms, roster, nowMs } = readings
    const id = vms.ids[row] ?? -1
    const known = roster.get(id)
    if (known === undefined) return
    const at = row * vms.columns
    const now = (column: number) => vms.values[at + column] ?? Number.NaN
    const report = this.#reportIn(now, id) ?? reports.get(id)
    const before = this.#recordBefore(id)
    const elapsedS = now(vm.atS) - before.value(vm.atS)
    if (!known.isRunning || !(elapsedS > 0)) return
    const to = this.#begin(batch, instanceId(this.#cloudId, String(id)), { atS: now(vm.atS), nowMs })
    const isSameLife = before.life === asked.lives[row]
    const rate = (column: number) => {
      const grown = now(column) - before.value(column)
      return isSameLife && grown >= 0 ? grown / elapsedS : Number.NaN
    }
    const { values } = batch
    values[to + metric.cpu] = Math.min(now(vm.cpu) / 100, known.vcpus)
    values[to + metric.memory] = Math.min(now(vm.memoryKiB) / 1024, known.memoryMiB)
    values[to + metric.networkRx] = rate(vm.rxBytes)
    values[to + metric.networkTx] = rate(vm.txBytes)
    values[to + metric.disk] = rate(vm.readBytes) + rate(vm.writeBytes)
    values[to + metric.users] = most(report?.users ?? Number.NaN, now(vm.agentUsers))
    values[to + metric.idle] = report?.idleS ?? Number.NaN
  }

  /** The guest's own record is the newer form, and wins over what stands on its host. */
  #reportIn(now: (column: number) => number, vmId: number): IdleReport | undefined {
    const idleS = now(vm.idleS)
    if (Number.isNaN(idleS)) return undefined
    const report = { vmId, idleS, users: now(vm.guestUsers), marks: [now(vm.mark), now(vm.secondMark)] as const }
    return this.#vmReports.isNews(report) ? report : undefined
  }

  #recordBefore(id: number): { readonly value: (column: number) => number; readonly life: number } {
    const row = this.#before?.rowOf.get(id)
    if (this.#before === undefined || row === undefined) return nothingBefore
    const { table, lives } = this.#before
    const at = row * table.columns
    return { value: (column) => table.values[at + column] ?? Number.NaN, life: lives[row] ?? Number.NaN }
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
    const to = this.#begin(batch, hostIdOf(this.#cloudId, id), { atS: atS ?? 0, nowMs })
    batch.values[to + metric.cpu] = Math.min((cpu ?? Number.NaN) / 100, size.cores)
    batch.values[to + metric.memory] = Math.min((memoryKiB ?? Number.NaN) / 1024, size.memoryMiB)
  }

  #begin(batch: Batch, subject: string, { atS, nowMs }: { readonly atS: number; readonly nowMs: number }): number {
    const row = batch.subjects.push(subject) - 1
    batch.atMs[row] = Math.min(nowMs, Math.max(atS * 1000, this.#askedAtMs + 1))
    return row * metrics.length
  }
}

const nothingBefore = { value: () => Number.NaN, life: Number.NaN }

function askedNow(table: MonitoringTable, roster: ReadonlyMap<number, RosterEntry>): Asked {
  const rowOf = new Map<number, number>()
  const lives = new Float64Array(table.ids.length)
  table.ids.forEach((id, row) => {
    rowOf.set(id, row)
    lives[row] = roster.get(id)?.life ?? Number.NaN
  })
  return { table, rowOf, lives }
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

interface TakingVm extends Taking {
  readonly reports: ReadonlyMap<number, IdleReport>
  readonly asked: Asked
}

/** Of two counts of the same people the higher; NaN only when neither is known. */
function most(a: number, b: number): number {
  if (Number.isNaN(a)) return b
  return Number.isNaN(b) ? a : Math.max(a, b)
}
