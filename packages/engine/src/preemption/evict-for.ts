// Whom a firm request that fits nowhere makes leave, exactly: of all ways to make room for the WHOLE request the one of
// least loss (loss.ts). Nobody leaves when the whole request cannot be placed.
//
// Let f(h) be how many instances of the request fit on host h now, and c(h, n) the least loss with which h takes n. c does
// not fall as n grows, so some best plan uses all free room: taking one instance from a host that makes room to a host
// that has some never costs more. What is left to place is extra = count - sum of f. Let d(h, e) = c(h, f(h) + e).
//
// Which hosts matter: a plan uses at most `extra` of them. If it uses h with e extra instances, at most extra - e others
// are used; so of the extra - e + 1 hosts of least d(., e) one at least is free or h itself, and taking that instead of h
// never costs more. For each e only these are kept. Nor does a plan need (h, e), e > 1, unless d(h, e) is below the loss of
// the e dearest of the `extra` hosts that take one instance for least: e of those at least are free or h itself.
//
// How many go where: dynamic programming over the hosts kept (combine-hosts.ts).
import { cheapestHosts } from './cheapest-hosts.ts'
import { type Combination, combineHosts, type HostOption } from './combine-hosts.ts'
import { addLoss, type Loss, noLoss } from './loss.ts'
import type { EvictionQuestion, SecondView } from './second-view.ts'

export interface EvictionRoom {
  readonly view: SecondView
  /** Instances of the request: more than fit now, no more than the second view has room for. */
  readonly count: number
}

/** Undefined when the options do not suffice, which the second view excludes. Victims by their places in the pool. */
export function evictFor(question: EvictionQuestion, { view, count }: EvictionRoom): Combination | undefined {
  const extra = count - question.scan.total
  const ones = cheapestHosts(question, { view, level: 1, wanted: extra, limit: undefined })
  const options: HostOption[] = [...ones]
  const most = extra === 1 ? 1 : mostOfOne(question.scan.fits, view)
  for (let level = 2; level <= Math.min(extra, most); level++) {
    const limit = ones.length < extra ? undefined : sumOf(ones.slice(extra - level))
    options.push(...cheapestHosts(question, { view, level, wanted: extra - level + 1, limit }))
  }
  return combineHosts(options, extra)
}

/** How many instances beyond those that fit now any single host can take. */
function mostOfOne(fits: Int32Array, { most }: SecondView): number {
  let largest = 0
  for (let host = 0; host < most.length; host++) {
    const more = (most[host] as number) - (fits[host] as number)
    if (more > largest) largest = more
  }
  return largest
}

function sumOf(options: readonly HostOption[]): Loss {
  return options.reduce<Loss>((sum, { loss }) => addLoss(sum, loss), noLoss)
}
