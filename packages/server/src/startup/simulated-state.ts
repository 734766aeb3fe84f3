// Keeps simulated clouds over a restart: one JSON file each in the state directory, replaced atomically. A real cloud needs
// no such thing; it keeps its own state.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SimulatedCloud, savedTimeMs } from '@gleaner/driver-simulated'
import { isError } from '@gleaner/model'
import type { Cloud } from '@gleaner/ports'
import type { Logger } from 'pino'

export function simulatedFile(stateDirectory: string, cloud: string): string {
  return join(stateDirectory, `simulated-${cloud}.json`)
}

/** The saved state, or undefined when there is none that can be read. */
export function readSimulated(stateDirectory: string, cloud: string): unknown {
  try {
    return JSON.parse(readFileSync(simulatedFile(stateDirectory, cloud), 'utf8'))
  } catch {
    return undefined
  }
}

/** Simulated time goes on where the latest of the saved clouds stood; without any it starts at `otherwiseMs`. */
export function simulatedStartMs(stateDirectory: string, clouds: readonly string[], otherwiseMs: number): number {
  const saved = clouds.map((cloud) => savedTimeMs(readSimulated(stateDirectory, cloud)) ?? 0)
  return Math.max(...saved, 0) || otherwiseMs
}

/** A state of another version or size is left alone and a new world begins; the log says so. */
export function restoreSimulated(cloud: SimulatedCloud, stateDirectory: string, log: Logger): boolean {
  const state = readSimulated(stateDirectory, cloud.id)
  if (state === undefined) return false
  try {
    cloud.importState(state)
    return true
  } catch (error) {
    if (!isError(error, 'cloud-broken')) throw error
    log.warn({ err: error }, `the simulated cloud ${cloud.id} starts anew`)
    return false
  }
}

export function saveSimulated(clouds: Iterable<Cloud>, stateDirectory: string): void {
  for (const cloud of clouds) {
    if (!isSimulated(cloud)) continue
    const file = simulatedFile(stateDirectory, cloud.id)
    writeFileSync(`${file}.new`, JSON.stringify(cloud.exportState()), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
}

export function isSimulated(cloud: Cloud): cloud is SimulatedCloud {
  return cloud.kind === 'simulated' && 'exportState' in cloud
}
