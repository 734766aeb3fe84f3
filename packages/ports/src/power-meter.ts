// The PowerMeter port: something that tells watts. Contract, checked by the shared suite of the testkit:
//
// - Every call takes an AbortSignal and ends soon after it fires. A meter that cannot be read at all rejects with a
//   GleanerError of the `meter-…` codes; one outlet that cannot be read is a reading with a fault, and the others of the
//   batch are given as ever. No secret stands in an error, a reading or an address.
// - `read` answers for each outlet that was asked for, in that order, once. It may answer again what it answered before when
//   the device has measured nothing new: `atMs` is then the moment of the measurement, as far as that is known.
// - Figures are what the device said, in watts and joules, whether they make sense or not: what is plausible is decided by
//   the engine, alike for all meters. Only what the device itself marks as no figure (a sentinel, N/A) is a fault instead.
// - Nothing is invented: no value is carried over, filled in or averaged over a time the device did not average.
// - A meter keeps no decision and switches nothing.
import type { OutletFault } from '@gleaner/model'
import type { CheckItem } from './cloud.ts'

/** One outlet at one moment. Without a fault it has at least one of the two figures. */
export interface OutletReading {
  readonly outlet: string
  readonly atMs: number
  readonly powerW: number | undefined
  /** Since some moment in the past that nobody knows; it may begin anew. */
  readonly energyJ: number | undefined
  readonly fault: OutletFault | undefined
}

export interface PowerMeter {
  readonly id: string
  /** snmp, ipmi, redfish, wattmeter, prometheus, model, simulated, … */
  readonly kind: string
  /** One line for people: where it is. Never holds a secret. */
  readonly address: string
  /** Its figures are worked out from something else than a measurement of power. */
  readonly isEstimate: boolean

  /** Reachable, with which rights, which of the outlets are there; read-only; for `gleaner config check`. */
  check(outlets: readonly string[], signal: AbortSignal): Promise<readonly CheckItem[]>
  read(outlets: readonly string[], signal: AbortSignal): Promise<readonly OutletReading[]>
  close(): Promise<void>
}
