// A placement question that is asked of files: no cloud, no server, no state.
import { type Multipliers, planRoom } from '@gleaner/engine'
import type { Objective, PlacementAnswer } from '@gleaner/model'
import { type PlacementFile, readHostsFile, readRequestFile } from './read-placement-file.ts'

export interface FileQuestion {
  readonly hosts: PlacementFile
  readonly request: PlacementFile
  readonly objective: Objective
  /** Of the weighers; those left out keep their own. */
  readonly multipliers?: Multipliers
}

/** Throws `placement-invalid` with every fault of the first file that has any. */
export function placeInFiles({ hosts, request, objective, multipliers = {} }: FileQuestion): {
  readonly answer: PlacementAnswer
  readonly warnings: readonly string[]
} {
  const read = readHostsFile(hosts)
  const asked = readRequestFile(request)
  const answer = planRoom({ hosts: read.hosts, request: asked.request, settings: { objective, multipliers } })
  return { answer, warnings: asked.warnings }
}
