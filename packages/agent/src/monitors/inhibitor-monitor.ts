// Programs that say themselves that the machine is not idle: a video call, a film, a presentation, a burning of discs. From the files below
// /run/systemd/inhibit, in which logind keeps who holds what (WHAT=idle:sleep, MODE=block). Those that only want to be told of a
// sleep (MODE=delay) are always there and mean nothing.
import { existsSync, readdirSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { stateFile } from '../read/state-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

export class InhibitorMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #run: string

  constructor(rule: MonitorRule, how: { readonly roots: MachineRoots; readonly everyMs: number }) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#run = `${how.roots.run}/systemd`
  }

  read(): Seen {
    const folder = `${this.#run}/inhibit`
    // The folder comes with the first one that is held; without logind there is nobody to hold one.
    if (!existsSync(folder)) {
      if (!existsSync(this.#run)) return seen('missing', `${this.#run}: is not there`)
      return seen('idle', 'nobody holds the machine')
    }
    let count = 0
    for (const id of readdirSync(folder)) {
      // Beside each lies a pipe, ID.ref, which tells logind of its end.
      if (!/^\d+$/.test(id)) continue
      let text: string
      try {
        text = readSmallFile(`${folder}/${id}`)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
        throw error
      }
      const values = stateFile(text)
      const what = values.get('WHAT')
      if (what === undefined) throw new Error(`${folder}/${id}: does not tell what it holds`)
      count += 1
      if (what.split(':').includes('idle') && values.get('MODE') !== 'delay')
        return seen('active', `${values.get('WHO') ?? 'somebody'} keeps the machine awake`, { inhibitor: Number(id) })
    }
    return seen('idle', `none of ${count} inhibitors is about idleness`, { inhibitors: count })
  }

  close(): void {}
}
