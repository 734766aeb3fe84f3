// Spreads what has to be placed over hosts of which each can make room for 1, 2, … at a known loss, so that the whole is
// lost least: dynamic programming, one host after the other. Exact, because losses add up and adding the same to both sides
// keeps their order.
import { addLoss, compareLoss, type Loss, noLoss } from './loss.ts'

export interface HostOption {
  readonly host: number
  /** So many instances of the request beyond those that fit now. */
  readonly extra: number
  /** Who leaves: places in the pool. */
  readonly victims: readonly number[]
  readonly loss: Loss
}

export interface Combination {
  /** At most one per host; they take `extra` together. */
  readonly hosts: readonly HostOption[]
  readonly loss: Loss
}

interface Reached {
  readonly loss: Loss
  readonly option: HostOption | undefined
  readonly before: Reached | undefined
}

/** Undefined when the options do not suffice. */
export function combineHosts(options: readonly HostOption[], extra: number): Combination | undefined {
  const start: Reached = { loss: noLoss, option: undefined, before: undefined }
  let reached: (Reached | undefined)[] = [start, ...Array.from({ length: extra }, () => undefined)]
  for (const ofHost of byHost(options)) {
    const next = [...reached]
    for (const option of ofHost) {
      for (let placed = option.extra; placed <= extra; placed++) {
        const before = reached[placed - option.extra]
        if (before === undefined) continue
        const loss = addLoss(before.loss, option.loss)
        const there = next[placed]
        if (there === undefined || compareLoss(loss, there.loss) < 0) next[placed] = { loss, option, before }
      }
    }
    reached = next
  }
  const end = reached[extra]
  if (end === undefined) return undefined
  const hosts: HostOption[] = []
  for (let at: Reached | undefined = end; at?.option !== undefined; at = at.before) hosts.push(at.option)
  return { hosts: hosts.reverse(), loss: end.loss }
}

/** In the order in which the hosts first occur. */
function byHost(options: readonly HostOption[]): Iterable<readonly HostOption[]> {
  const groups = new Map<number, HostOption[]>()
  for (const option of options) {
    const group = groups.get(option.host)
    if (group === undefined) groups.set(option.host, [option])
    else group.push(option)
  }
  return groups.values()
}
