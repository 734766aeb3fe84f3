// Where a request goes and who leaves for it, from plain data: the answer in the form of the files, the API and the
// console. For one decision; who decides often keeps a RoomIndex and calls decideRoom.
//
// Guarantees: nobody leaves when the request fits without, nor when the whole request cannot be placed; the set of victims
// has the least loss there is (loss.ts), so none of it is superfluous; exempt instances, firm ones and those younger than
// the minimum run time never leave. Among equal losses weighers decide, then the order of the hosts.
import type { Exemption, PlacementAnswer, PlacementCode, PlacementHost, PlacementRequest } from '@gleaner/model'
import { markTooSmall } from '../placement/mark-too-small.ts'
import { codesOf } from '../placement/room-codes.ts'
import { RoomIndex } from '../placement/room-index.ts'
import { defaultRoomSettings, type RoomSettings } from '../placement/room-settings.ts'
import { decideRoom, type RoomDecision } from './decide-room.ts'
import { explainRefusal } from './explain-refusal.ts'
import { totalCost } from './loss.ts'

export interface RoomInput {
  /** With their instances; names and ids unique (checkHosts tells where they are not). */
  readonly hosts: readonly PlacementHost[]
  readonly request: PlacementRequest
  readonly settings?: Partial<RoomSettings>
  /** By instance id: why it may not leave. Wins over what the instance itself says. */
  readonly exempt?: ReadonlyMap<string, Exemption>
  /** False: only free room. True if absent. */
  readonly mayEvict?: boolean
}

export type RoomPlan = PlacementAnswer

export function planRoom(input: RoomInput): RoomPlan {
  const index = new RoomIndex(input.hosts)
  for (const [id, why] of input.exempt ?? []) index.exempt(id, why)
  const question = {
    request: input.request,
    settings: { ...defaultRoomSettings, ...input.settings },
    nowS: 0,
    mayEvict: input.mayEvict ?? true,
  }
  return answerOf(index, input.request, decideRoom(index, question))
}

/** Written out for people and programs; the index must be as it was at the decision. */
export function answerOf(index: RoomIndex, request: PlacementRequest, decision: RoomDecision): RoomPlan {
  const nameOf = (host: number) => index.names[host] ?? ''
  const masks = markTooSmall(index, request, decision.masks)
  return {
    feasible: decision.feasible,
    placements: Array.from(decision.hosts, (host, instance) => ({ instance, host: nameOf(host) })),
    victims: decision.victims.map(({ id, host }) => ({ id, host })),
    cost: totalCost(decision.loss),
    reasons: reasonsOf(index.names, masks),
    ...(decision.feasible ? {} : { refusal: explainRefusal(index, request, { masks, fits: decision.fits }) }),
  }
}

/** Thousands of hosts have a handful of sets of reasons between them: each is written out once. */
function reasonsOf(names: readonly string[], masks: Uint32Array): RoomPlan['reasons'] {
  const written = new Map<number, PlacementCode[]>()
  // Without a prototype: a host may have any name.
  const reasons = Object.create(null) as RoomPlan['reasons']
  for (let host = 0; host < names.length; host++) {
    const mask = masks[host] as number
    let codes = written.get(mask)
    if (codes === undefined) written.set(mask, (codes = codesOf(mask)))
    reasons[names[host] as string] = codes
  }
  return reasons
}
