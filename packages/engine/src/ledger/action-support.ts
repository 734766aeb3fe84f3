// What each cloud can do and what that gives back, as the drivers declare it, in a form that decisions can look up.
import type { ActionKind, CloudId, GivesBack } from '@gleaner/model'

/** The part of a driver's declaration that decisions need. */
export interface SupportedAction {
  readonly action: ActionKind
  readonly givesBack: GivesBack
}

export type ActionSupports = ReadonlyMap<CloudId, ReadonlyMap<ActionKind, GivesBack>>

export function indexSupports(
  clouds: Iterable<{ readonly id: CloudId; readonly actions: readonly SupportedAction[] }>,
): ActionSupports {
  const index = new Map<CloudId, ReadonlyMap<ActionKind, GivesBack>>()
  for (const cloud of clouds)
    index.set(cloud.id, new Map(cloud.actions.map((entry) => [entry.action, entry.givesBack])))
  return index
}
