// The shape of a check: the verdict that stands against the step, or undefined when it has nothing against it. Checks are
// pure, look at nothing but the step, and refuse whenever a comparison cannot be made (NaN, missing): doubt never acts.
import type { Verdict } from '@gleaner/model'
import type { GateStep } from '../gate-world.ts'

export type Check = (step: GateStep) => Verdict | undefined
