// What the owner of a desktop asked for at the machine: leave me alone, or lend it now. It has an end on two clocks, the one on the
// wall and the one that never jumps. A refusal ends when both have reached it, a permission when the first has: doubt never lends.

export interface OwnerWish {
  readonly kind: 'not-now' | 'lend'
  /** Infinity: until it is taken back. */
  readonly untilWallMs: number
  readonly untilMonoMs: number
}

export interface Clocks {
  readonly monoMs: number
  readonly wallMs: number
}

export function wishStands(wish: OwnerWish, { monoMs, wallMs }: Clocks): boolean {
  return wish.kind === 'not-now'
    ? !(monoMs >= wish.untilMonoMs && wallMs >= wish.untilWallMs)
    : monoMs < wish.untilMonoMs && wallMs < wish.untilWallMs
}
