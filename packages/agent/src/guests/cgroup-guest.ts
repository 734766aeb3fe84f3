// A control group that the kernel freezes as a whole (cgroup.freeze of version 2): processes, containers, or a QEMU with all its
// threads. Frozen is what cgroup.events says, not what was written.
import { readdirSync, writeFileSync } from 'node:fs'
import { readSmallFile } from '../read/small-file.ts'
import type { Guest, GuestState } from './guest.ts'

/** The kernel freezes in a millisecond; a process that cannot be stopped yet (it waits for a disk) takes longer. */
const patienceMs = 2000
const againMs = 5

export class CgroupGuest implements Guest {
  readonly name: string
  readonly #folder: string

  constructor(sys: string, group: string) {
    this.name = `cgroup ${group}`
    this.#folder = `${sys}/fs/cgroup/${group}`
  }

  state(): GuestState {
    try {
      const events = readSmallFile(`${this.#folder}/cgroup.events`)
      if (/^populated 0$/m.test(events)) return 'gone'
      if (/^frozen 1$/m.test(events)) return 'paused'
      return 'running'
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'unknown'
    }
  }

  async ask(): Promise<GuestState> {
    return this.state()
  }

  async pause(): Promise<void> {
    writeFileSync(`${this.#folder}/cgroup.freeze`, '1')
    await this.#until((state) => state !== 'running')
  }

  async resume(): Promise<void> {
    writeFileSync(`${this.#folder}/cgroup.freeze`, '0')
    await this.#until((state) => state !== 'paused')
  }

  close(): void {}

  async #until(reached: (state: GuestState) => boolean): Promise<void> {
    for (let passedMs = 0; passedMs < patienceMs; passedMs += againMs) {
      const state = this.state()
      if (state !== 'unknown' && reached(state)) return
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
    throw new Error(
      `${this.name}: the kernel has not done it within ${patienceMs / 1000} s; it holds ${this.#members()} processes`,
    )
  }

  #members(): number {
    try {
      return readSmallFile(`${this.#folder}/cgroup.procs`).split('\n').length - 1
    } catch {
      return readdirSync(this.#folder).length
    }
  }
}
