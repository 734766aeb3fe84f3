// What a run has finished, so that the same command goes on where it was stopped: per trace its size and time on the disk
// and its rows. A result counts only for the same options and an unchanged file. Written whole or not at all.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { traceBytes } from '../trace/open-trace.ts'
import type { EstimateOptions, TraceResult } from './estimate-trace.ts'

/** Raised when a result of before may no longer be what this code would give. */
const stateVersion = 3

interface StateFile {
  readonly version: number
  readonly options: string
  readonly done: Record<string, { readonly bytes: number; readonly modifiedMs: number; readonly result: TraceResult }>
}

export class RunState {
  readonly #file: string
  readonly #options: string
  readonly #done: StateFile['done'] = {}

  constructor(folder: string, options: EstimateOptions) {
    mkdirSync(folder, { recursive: true })
    this.#file = join(folder, 'state.json')
    this.#options = createHash('sha256').update(JSON.stringify(options)).digest('hex')
    const found = this.#read()
    if (found?.version === stateVersion && found.options === this.#options) Object.assign(this.#done, found.done)
  }

  finished(name: string, path: string): TraceResult | undefined {
    const entry = this.#done[name]
    if (entry === undefined || entry.bytes !== traceBytes(path) || entry.modifiedMs !== modifiedMs(path))
      return undefined
    return entry.result
  }

  finish(result: TraceResult, path: string): void {
    this.#done[result.name] = { bytes: traceBytes(path), modifiedMs: modifiedMs(path), result }
    const state: StateFile = { version: stateVersion, options: this.#options, done: this.#done }
    writeFileSync(`${this.#file}.part`, JSON.stringify(state))
    renameSync(`${this.#file}.part`, this.#file)
  }

  #read(): StateFile | undefined {
    if (!existsSync(this.#file)) return undefined
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as StateFile
    } catch {
      // A damaged state only costs the work again.
      return undefined
    }
  }
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
