// The HostPower port: the switch of one machine, by whatever wire it hangs on. Contract, checked by the shared suite of the
// testkit:
//
// - Every call takes an AbortSignal and ends soon after it fires. Faults are GleanerErrors of the `cloud-…` codes, and no
//   secret stands in one.
// - `state` never invents: what does not answer, or answers nonsense, rejects or is `unknown`. `off` and `asleep` are said only
//   by something that would know better if the machine ran.
// - `sleep` and `wake` resolve when the order was taken, which is not success. Asked for what already is, they accept.
// - `sleep` asks the machine to shut down in good order; it never cuts the power of one that runs.
import type { CheckItem } from './cloud.ts'

/** asleep: suspended to memory or disk, as far as the wire can tell it from off. */
export type PowerState = 'on' | 'off' | 'asleep' | 'unknown'

export interface HostPower {
  /** ipmi, redfish, … */
  readonly kind: string
  /** One line for people: where it is. Never holds a secret. */
  readonly address: string
  /** Reachable, with which rights; read-only. */
  check(signal: AbortSignal): Promise<readonly CheckItem[]>
  state(signal: AbortSignal): Promise<PowerState>
  sleep(signal: AbortSignal): Promise<void>
  wake(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}
