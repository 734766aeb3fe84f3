// What a driver's test must supply so that the contract suite of PowerMeter can run against it.
import type { OutletFault } from '@gleaner/model'
import type { PowerMeter } from '@gleaner/ports'

/** away: nobody answers; hang: takes the question and is silent; refuse: wrong keys; garbage: an answer that is none. */
export type MeterFault = 'away' | 'hang' | 'refuse' | 'garbage'

export interface MeterHarness {
  readonly meter: PowerMeter
  /** Three outlets the device has, in no particular order; they stand at 0 W until they are set. */
  readonly outlets: readonly [string, string, string]
  /** One it has not. Undefined where the device is one outlet and has no names. */
  readonly absent: string | undefined
  /** The finest step of watts the device can tell. */
  readonly resolutionW: number
  readonly countsEnergy: boolean
  nowMs(): number
  /** Only where the device counts and tells no power: lets time go by at the powers that are set. */
  elapse?(ms: number): Promise<void> | void
  setPower(outlet: string, powerW: number): Promise<void> | void
  setEnergy?(outlet: string, energyJ: number): Promise<void> | void
  /** Makes the device give no figure for this outlet. Undefined where it always has one. */
  setFault?(outlet: string, fault: OutletFault): Promise<void> | void
  /** Which of the faults the device can have. */
  readonly faults: readonly MeterFault[]
  behave(fault: MeterFault | undefined): Promise<void> | void
  /** Texts that must stand in nothing that is said. */
  readonly secrets: readonly string[]
  dispose(): Promise<void>
}

export interface MeterSubject {
  /** Connects a new meter to a device for one test. */
  open(): Promise<MeterHarness>
}
