// The book of energy: takes what meters say of their outlets, and gives what hosts drew and who had it, hour by hour. It
// guarantees that nothing is lost or made on the way: over all tenants of the hosts of an outlet, with what nobody had, the
// joules are those that were integrated at the outlet. Which host hangs where and who is on it is told from outside; the book
// shares what was drawn until now among those it was told before, so who moves pays until it moved.
import {
  type CloudId,
  type HostEnergy,
  type HostId,
  type OutletFault,
  type OutletId,
  type TenantEnergy,
  type UnknownPower,
  hourMs,
} from '@gleaner/model'
import { type Bridge, type Drawn, OutletIntegral } from './outlet-integral.ts'
import { type OutletPlan, outletParts } from './outlet-plan.ts'
import { OutletWatch } from './outlet-watch.ts'
import { EnergyDraft } from './energy-draft.ts'
import { PowerHistory, type PowerSeries } from './power-history.ts'
import { type ShareRules, type Tenancy, shareEnergy } from './share-energy.ts'

/** As PowerMeter gives it. */
export interface OutletFigure {
  readonly atMs: number
  readonly powerW: number | undefined
  readonly energyJ: number | undefined
  readonly fault: OutletFault | undefined
}

export interface HostTenancy extends Tenancy {
  /** On, as far as the cloud knows. */
  readonly awake: boolean
}

export interface OutletState {
  readonly plan: OutletPlan
  /** NaN when it is not known. */
  readonly powerW: number
  readonly atMs: number
  /** Why it is not known. */
  readonly unknown: UnknownPower | undefined
  /** The last figure since the last `settle` that there was none of, or that was not believed. */
  readonly doubted: Doubted | undefined
  /** Believed or bridged since the outlet is known here. */
  readonly energyJ: number
}

export interface Doubted {
  readonly reason: UnknownPower
  readonly atMs: number
  readonly powerW: number | undefined
}

export interface EnergyBatch {
  readonly hosts: readonly HostEnergy[]
  readonly tenants: readonly TenantEnergy[]
}

interface Outlet {
  plan: OutletPlan
  readonly watch: OutletWatch
  readonly integral: OutletIntegral
  parts: readonly number[]
  hosts: readonly HostAccount[]
  awake: boolean
  unknown: UnknownPower | undefined
  doubted: Doubted | undefined
  energyJ: number
}

/** What came to a host since it was last shared out. */
interface HostAccount {
  readonly hostId: HostId
  readonly cloudId: CloudId
  readonly history: PowerHistory
  outlets: Outlet[]
  tenancy: HostTenancy | undefined
  lowestW: number
  /** Of the hour that is under way, and of the one after it. */
  readonly hour: Inflow
  readonly next: Inflow
}

interface Inflow {
  energyJ: number
  estimatedJ: number
  /** As long as all feeds of the host were, and as any of them. */
  measuredMs: number
  drawnMs: number
}

/** The last readings of an hour may come later by the longest step that is joined, within these bounds. */
const leastLateMs = 60_000
const mostLateMs = 3_000_000

/** A mean below this is no host at rest but one that is off. */
const leastIdleW = 5
/** What is known of rest is what was seen in stretches that were measured for so long at least. */
const leastLearnMs = 30_000

export class EnergyBook {
  readonly #rules: ShareRules
  readonly #outlets = new Map<OutletId, Outlet>()
  readonly #hosts = new Map<HostId, HostAccount>()
  #draft = new EnergyDraft()
  #hourEndMs = 0
  #lateMs = leastLateMs

  constructor(rules: ShareRules) {
    this.#rules = rules
  }

  /** These outlets and no others from now on. What was drawn until now is shared out first, by `settle`. */
  wire(plans: readonly OutletPlan[]): void {
    const kept = new Set(plans.map(({ outlet }) => outlet))
    for (const id of this.#outlets.keys()) if (!kept.has(id)) this.#outlets.delete(id)
    for (const host of this.#hosts.values()) host.outlets = []
    const longestMs = plans.reduce((longest, { longestStepMs }) => Math.max(longest, longestStepMs), leastLateMs)
    this.#lateMs = Math.min(longestMs, mostLateMs)
    for (const plan of plans) {
      const outlet = this.#outlets.get(plan.outlet) ?? newOutlet(plan)
      outlet.plan = plan
      outlet.hosts = plan.hosts.map((host) => this.#hostOf(host))
      outlet.parts = outletParts(
        plan.share,
        outlet.hosts.map(({ tenancy }) => tenancy),
      )
      for (const host of new Set(outlet.hosts)) host.outlets.push(outlet)
      this.#outlets.set(plan.outlet, outlet)
    }
    for (const [id, host] of this.#hosts) if (host.outlets.length === 0) this.#hosts.delete(id)
  }

  /** Unknown outlets are left out. What is later than the hour after the one under way has to wait for `settle`. */
  take(id: OutletId, figure: OutletFigure): void {
    const outlet = this.#outlets.get(id)
    if (outlet === undefined) return
    const { plan, integral } = outlet
    const { atMs, fault } = figure
    // A meter that answers again what it has answered has nothing new.
    if (fault === undefined && atMs <= integral.atMs) return
    if (this.#hourEndMs === 0) this.#hourEndMs = (Math.floor(atMs / hourMs) + 1) * hourMs
    outlet.unknown = fault ?? this.#doubt(outlet, figure)
    if (outlet.unknown !== undefined) outlet.doubted = { reason: outlet.unknown, atMs, powerW: figure.powerW }
    if (fault !== undefined) return
    if (outlet.unknown !== undefined) integral.doubt(atMs)
    else
      integral.take(figure, {
        longestStepMs: plan.longestStepMs,
        maxPowerW: plan.maxPowerW,
        hourEndMs: this.#hourEndMs,
      })
    for (const host of outlet.hosts)
      if (host.outlets[host.outlets.length - 1] === outlet)
        host.history.add(atMs, this.#powerW(host, atMs), plan.longestStepMs)
  }

  /**
   * Shares out what was drawn since the last call among those who were on the hosts until now, and takes note of who is there
   * from now on. Call it whenever that changes, at least once a minute.
   */
  settle(nowMs: number, tenancyOf: (hostId: HostId) => HostTenancy | undefined): void {
    if (this.#hourEndMs === 0) this.#hourEndMs = (Math.floor(nowMs / hourMs) + 1) * hourMs
    this.#share()
    while (nowMs >= this.#hourEndMs + this.#lateMs) this.#hourEndMs += hourMs
    for (const host of this.#hosts.values()) host.tenancy = tenancyOf(host.hostId)
    for (const outlet of this.#outlets.values()) {
      outlet.doubted = undefined
      outlet.awake = outlet.hosts.every(({ tenancy }) => tenancy?.awake === true)
      if (outlet.hosts.length > 1)
        outlet.parts = outletParts(
          outlet.plan.share,
          outlet.hosts.map(({ tenancy }) => tenancy),
        )
    }
  }

  /** What came since the last call, to be added to what is stored; in no particular order. */
  drain(): EnergyBatch {
    const batch = this.#draft.batch()
    this.#draft = new EnergyDraft()
    return batch
  }

  /** Watts now; NaN when one of the feeds is not known, or not since a while: half of a sum is no sum. */
  powerW(hostId: HostId, nowMs: number): number {
    const host = this.#hosts.get(hostId)
    return host === undefined ? Number.NaN : this.#powerW(host, nowMs)
  }

  series(hostId: HostId, fromMs: number, toMs: number): PowerSeries | undefined {
    return this.#hosts.get(hostId)?.history.read(fromMs, toMs)
  }

  hostIds(): Iterable<HostId> {
    return this.#hosts.keys()
  }

  isEstimated(hostId: HostId): boolean {
    return this.#hosts.get(hostId)?.outlets.some(({ plan }) => plan.isEstimate) ?? false
  }

  *outlets(): Generator<OutletState> {
    for (const { plan, integral, unknown, doubted, energyJ } of this.#outlets.values())
      yield { plan, powerW: integral.powerW, atMs: integral.atMs, unknown, doubted, energyJ }
  }

  #doubt(outlet: Outlet, { atMs, powerW }: OutletFigure): UnknownPower | undefined {
    return powerW === undefined ? undefined : outlet.watch.judge({ powerW, atMs }, outlet.plan, outlet.awake)
  }

  #powerW({ hostId, outlets }: HostAccount, nowMs: number): number {
    let sum = 0
    for (const { integral, plan, parts } of outlets) {
      if (nowMs - integral.atMs > plan.longestStepMs) return Number.NaN
      const part = parts[plan.hosts.findIndex((host) => host.hostId === hostId)] ?? 0
      sum += integral.powerW * part
    }
    return outlets.length === 0 ? Number.NaN : sum
  }

  #hostOf({ hostId, cloudId }: OutletPlan['hosts'][number]): HostAccount {
    const found = this.#hosts.get(hostId)
    if (found !== undefined) return found
    const host: HostAccount = {
      hostId,
      cloudId,
      history: new PowerHistory(),
      outlets: [],
      tenancy: undefined,
      lowestW: Number.NaN,
      hour: noInflow(),
      next: noInflow(),
    }
    this.#hosts.set(hostId, host)
    return host
  }

  #share(): void {
    for (const outlet of this.#outlets.values()) {
      const { hour, next, bridges } = outlet.integral.settle()
      outlet.energyJ += hour.energyJ + next.energyJ
      outlet.hosts.forEach((host, index) => {
        const part = outlet.parts[index] as number
        pour(host.hour, hour, { part, isEstimate: outlet.plan.isEstimate })
        pour(host.next, next, { part, isEstimate: outlet.plan.isEstimate })
      })
      for (const bridge of bridges) this.#addBridge(outlet, bridge)
    }
    for (const host of this.#hosts.values()) {
      this.#shareHost(host, host.hour, this.#hourEndMs - hourMs)
      this.#shareHost(host, host.next, this.#hourEndMs)
    }
  }

  #shareHost(host: HostAccount, inflow: Inflow, atMs: number): void {
    const { tenancy } = host
    const { energyJ, estimatedJ, drawnMs: durationMs } = inflow
    const measuredMs = Number.isFinite(inflow.measuredMs) ? inflow.measuredMs : 0
    Object.assign(inflow, noInflow())
    if (energyJ === 0 && durationMs === 0) return
    this.#draft.addHost(host, atMs, { energyJ, estimatedJ, measuredMs, bridgedJ: 0 })
    const idlePowerW = this.#idlePowerW(host, { energyJ, durationMs: measuredMs })
    const known: Tenancy = tenancy ?? { cores: 0, idlePowerW, tenants: [], leasedTo: undefined }
    const shares = shareEnergy({ energyJ, durationMs }, { ...known, idlePowerW }, this.#rules)
    const estimatedShare = energyJ === 0 ? 0 : estimatedJ / energyJ
    known.tenants.forEach((tenant, index) =>
      this.#draft.addTenant(host, atMs, {
        ...tenant,
        idleJ: shares.idleJ[index] as number,
        dynamicJ: shares.dynamicJ[index] as number,
        estimatedShare,
      }),
    )
    this.#draft.addTenant(host, atMs, {
      instanceId: undefined,
      projectId: known.leasedTo,
      idleJ: shares.restIdleJ,
      dynamicJ: shares.restDynamicJ,
      estimatedShare,
    })
  }

  /** As it is known; else the least that was seen of the host while it was on. */
  #idlePowerW(host: HostAccount, seen: { readonly energyJ: number; readonly durationMs: number }): number {
    const { tenancy } = host
    const meanW = seen.durationMs >= leastLearnMs ? (seen.energyJ / seen.durationMs) * 1000 : Number.NaN
    if (tenancy?.awake === true && meanW >= leastIdleW && !(meanW >= host.lowestW)) host.lowestW = meanW
    if (tenancy !== undefined && !Number.isNaN(tenancy.idlePowerW)) return tenancy.idlePowerW
    return host.lowestW
  }

  /** Counted while nobody read it: even over its time, and nobody's, because nobody knows who was there. */
  #addBridge(outlet: Outlet, { fromMs, toMs, energyJ }: Bridge): void {
    outlet.energyJ += energyJ
    for (let beginMs = fromMs; beginMs < toMs; ) {
      const atMs = Math.floor(beginMs / hourMs) * hourMs
      const endMs = Math.min(toMs, atMs + hourMs)
      const share = energyJ * ((endMs - beginMs) / (toMs - fromMs))
      outlet.hosts.forEach((host, index) => {
        const part = share * (outlet.parts[index] as number)
        const estimatedJ = outlet.plan.isEstimate ? part : 0
        this.#draft.addHost(host, atMs, { energyJ: part, estimatedJ, measuredMs: 0, bridgedJ: part })
        this.#draft.addTenant(host, atMs, {
          instanceId: undefined,
          projectId: undefined,
          idleJ: part,
          dynamicJ: 0,
          estimatedShare: outlet.plan.isEstimate ? 1 : 0,
        })
      })
      beginMs = endMs
    }
  }
}

function noInflow(): Inflow {
  return { energyJ: 0, estimatedJ: 0, measuredMs: Number.POSITIVE_INFINITY, drawnMs: 0 }
}

function pour(
  into: Inflow,
  drawn: Drawn,
  { part, isEstimate }: { readonly part: number; readonly isEstimate: boolean },
) {
  const energyJ = drawn.energyJ * part
  into.energyJ += energyJ
  if (isEstimate) into.estimatedJ += energyJ
  into.measuredMs = Math.min(into.measuredMs, drawn.measuredMs)
  into.drawnMs = Math.max(into.drawnMs, drawn.measuredMs)
}

function newOutlet(plan: OutletPlan): Outlet {
  return {
    plan,
    watch: new OutletWatch(),
    integral: new OutletIntegral(),
    parts: [],
    hosts: [],
    awake: false,
    unknown: undefined,
    doubted: undefined,
    energyJ: 0,
  }
}
