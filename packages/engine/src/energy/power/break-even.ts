// How long a host has to be off, shutdown and boot included, before that saves energy. With the energies of going down and
// coming up, E_off and E_on, their times together t, and the powers at rest and asleep:
//
//   idle for T:   P_idle T          off for T:   E_off + E_on + P_sleep (T - t)
//   equal at      T = (E_off + E_on - P_sleep t) / (P_idle - P_sleep)
//
// It is also how long an empty host is waited for before it is sent to sleep: who sleeps after the break-even never spends more
// than twice what he would have spent knowing the future (S. Irani, S. Shukla, R. Gupta: Online strategies for dynamic power
// management in systems with multiple power-saving states, ACM TECS 2(3), 2003; the ski-rental argument). Going down is
// counted at the power at rest and coming up at full load, which errs on the side of staying awake.
import type { Host } from '@gleaner/model'
import type { PowerOptions } from './power-options.ts'

export function breakEvenMs(host: Pick<Host, 'idlePowerW' | 'fullPowerW'>, bootMs: number, options: PowerOptions) {
  const { sleepPowerW, shutdownMs } = options
  const idleW = host.idlePowerW ?? options.idlePowerW
  const fullW = host.fullPowerW ?? 2 * idleW
  if (!(idleW > sleepPowerW)) return Number.POSITIVE_INFINITY
  const cycle = idleW * shutdownMs + fullW * bootMs - sleepPowerW * (shutdownMs + bootMs)
  return Math.max(0, cycle / (idleW - sleepPowerW))
}
