// The configuration as the server uses it: every default filled in, every secret resolved, and where each value is from.
import type { Capability, CloudId, Mode, Policy, Role, RuleDefinition, PreemptionPolicy } from '@gleaner/model'
import type { FrontSettings } from './front.ts'
import type { EnergySettings } from './metering.ts'
import type { PowerSettings } from './power.ts'
import type { ReservationSettings } from './reservations.ts'
import type { NoticeSettings } from './notices.ts'
import type { OpenNebulaSettings } from './opennebula-settings.ts'
import type { PeopleSettings, TlsSettings } from './people.ts'
import type { OpportunismSettings } from './opportunism.ts'
import type { OversubscriptionSettings } from './oversubscription.ts'
import type { OpenStackSettings } from './openstack-settings.ts'
import type { PlacementSettings } from './placement.ts'
import type { LibvirtCloud, SimulatedCloud } from './schema.ts'
import type { SourceSettings } from './source-settings.ts'

/** As the file has it, with every secret and every address resolved. */
export type CloudConfig = LibvirtCloud | OpenNebulaSettings | OpenStackSettings | SimulatedCloud

export type SettingSource = 'default' | 'file' | 'environment'

export interface SettingOrigin {
  readonly name: string
  /** What is shown; a secret is shown as "(set)". */
  readonly value: unknown
  readonly source: SettingSource
  readonly where: string | undefined
  readonly effect: string
}

export interface Config {
  readonly file: string | undefined
  readonly stateDirectory: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly databaseUrl: string | undefined
  readonly anonymous: Role | undefined
  readonly clouds: readonly (CloudConfig & { readonly id: string })[]
  readonly cloudIds: readonly CloudId[]
  readonly sources: readonly SourceSettings[]
  readonly speed: number
  /** Modes that the file sets; they cannot be changed while it does. */
  readonly fileModes: Readonly<Partial<Record<Capability, Mode>>>
  readonly policy: Policy
  readonly placement: PlacementSettings
  readonly preemption: PreemptionPolicy
  readonly periods: { readonly observeMs: number; readonly sampleMs: number; readonly decideMs: number }
  readonly telemetry: { readonly stepMs: number; readonly recentMs: number }
  readonly retention: {
    readonly plansMs: number
    readonly ledgerMs: number
    readonly historyMs: number
    readonly energyMs: number
  }
  readonly oversubscription: OversubscriptionSettings
  readonly energy: EnergySettings
  readonly power: PowerSettings
  readonly reservations: ReservationSettings
  readonly opportunism: OpportunismSettings
  /** Undefined when there is no Nova-compatible front. */
  readonly front: FrontSettings | undefined
  readonly notices: NoticeSettings
  /** Undefined when the server speaks HTTP in the clear. */
  readonly tls: TlsSettings | undefined
  readonly people: PeopleSettings
  readonly rules: readonly RuleDefinition[]
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly origins: readonly SettingOrigin[]
}
