// Why a figure that a meter did give is not believed: the value then counts as unknown, and is said to be.
import type { OutletFault } from './outlet.ts'

/**
 * - negative: below nothing; sentinel: a number that devices give when they have none (65535 and its like);
 * - too-high: more than an outlet can deliver; jump: many times what it was, not yet seen often enough to be true;
 * - unit-changed: again and again a power of ten of what it was, as after an update of the device;
 * - stuck: to the digit the same for longer than anything that draws power.
 */
export const powerDoubts = ['negative', 'sentinel', 'too-high', 'jump', 'unit-changed', 'stuck'] as const
export type PowerDoubt = (typeof powerDoubts)[number]

/** Why there is no figure: the meter has none, or it is not believed. */
export type UnknownPower = OutletFault | PowerDoubt
