// Microversions, "2.90": compared by number, and the one a call is made with.
import { OpenStackError } from './openstack-error.ts'

export interface MicroversionRange {
  readonly lowest: string
  readonly highest: string
}

/** What a call needs, and the newest whose answer it understands. */
export interface MicroversionWish {
  readonly atLeast: string
  readonly atMost: string
}

export function compareMicroversions(a: string, b: string): number {
  const [majorA, minorA] = parts(a)
  const [majorB, minorB] = parts(b)
  return majorA - majorB || minorA - minorB
}

export function isAtLeast(version: string, wanted: string): boolean {
  return compareMicroversions(version, wanted) >= 0
}

export function chooseMicroversion(range: MicroversionRange, wish: MicroversionWish, what: string): string {
  const chosen = isAtLeast(range.highest, wish.atMost) ? wish.atMost : range.highest
  if (!isAtLeast(chosen, wish.atLeast) || !isAtLeast(chosen, range.lowest)) {
    throw new OpenStackError(
      'missing',
      `${what} offers microversions ${range.lowest} to ${range.highest}; ${wish.atLeast} to ${wish.atMost} is needed`,
    )
  }
  return chosen
}

function parts(version: string): readonly [number, number] {
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(version) ?? []
  if (major === undefined || minor === undefined) throw new OpenStackError('broken', `"${version}" is no microversion`)
  return [Number(major), Number(minor)]
}
