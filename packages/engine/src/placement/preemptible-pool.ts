// The preemptible instances of all hosts in columns. Each host owns a stretch of them, in the order in which they would
// leave if they were alike: lowest priority first, of equal priority the youngest first; with some room to grow. A stretch that
// is full moves to the end with twice its room: what all of them left behind is less than what they have. A scan over all hosts
// reads memory nearly in order.
import { type Exemption, exemptions, type PlacedInstance } from '@gleaner/model'
import { sizesOf } from './resources.ts'

export class PreemptiblePool {
  ids: string[] = []
  projects: (string | undefined)[] = []
  /** Three per instance. */
  sizes = new Float64Array(0)
  startedS = new Float64Array(0)
  priorities = new Float64Array(0)
  /** 0: may leave; else 1 + number of the exemption. */
  exempt = new Uint8Array(0)
  /** Per host: its stretch is [first, first + length). */
  first = new Int32Array(0)
  length = new Int32Array(0)
  #space = new Int32Array(0)
  #end = 0

  /** Makes room for so many hosts; new ones have nothing. */
  growTo(hosts: number): void {
    if (hosts <= this.first.length) return
    for (const column of ['first', 'length'] as const) this[column] = grown(this[column], new Int32Array(hosts))
    this.#space = grown(this.#space, new Int32Array(hosts))
  }

  insert(host: number, instance: PlacedInstance, startedS: number): void {
    if (this.length[host] === this.#space[host]) this.#move(host)
    const priority = instance.priority ?? 0
    const first = this.first[host] ?? 0
    const end = first + (this.length[host] ?? 0)
    let at = end
    while (at > first && this.#leavesAfter(at - 1, priority, startedS)) at--
    this.#copy(at + 1, at, end)
    this.ids[at] = instance.id
    this.projects[at] = instance.project
    this.sizes.set(sizesOf(instance), at * 3)
    this.startedS[at] = startedS
    this.priorities[at] = priority
    this.exempt[at] = exemptNumber(instance.exempt)
    this.length[host] = end - first + 1
  }

  #leavesAfter(at: number, priority: number, startedS: number): boolean {
    const other = this.priorities[at] as number
    return other > priority || (other === priority && (this.startedS[at] as number) < startedS)
  }

  /** Place of the instance in the columns; -1 when it is not on the host. */
  find(host: number, id: string): number {
    const first = this.first[host] ?? 0
    const end = first + (this.length[host] ?? 0)
    for (let at = first; at < end; at++) if (this.ids[at] === id) return at
    return -1
  }

  remove(host: number, id: string): void {
    const at = this.find(host, id)
    if (at < 0) return
    const end = (this.first[host] ?? 0) + (this.length[host] ?? 0)
    this.#copy(at, at + 1, end)
    this.length[host] = (this.length[host] ?? 0) - 1
  }

  clear(host: number): void {
    this.length[host] = 0
  }

  /** Puts what is in [from, end) to where `at` is. */
  #copy(at: number, from: number, end: number): void {
    for (const column of [this.ids, this.projects, this.startedS, this.priorities, this.exempt])
      column.copyWithin(at, from, end)
    this.sizes.copyWithin(at * 3, from * 3, end * 3)
  }

  /** Gives the stretch of a host twice its room, at the end. */
  #move(host: number): void {
    const length = this.length[host] ?? 0
    const space = Math.max(4, length * 2)
    const need = this.#end + space
    if (need > this.startedS.length) this.#widen(Math.max(64, need * 2))
    const first = this.first[host] ?? 0
    this.#copy(this.#end, first, first + length)
    this.first[host] = this.#end
    this.#space[host] = space
    this.#end = need
  }

  /** New columns of this length with what was in the old ones. */
  #widen(length: number): void {
    this.ids = Array.from({ length }, (_, at) => this.ids[at] ?? '')
    this.projects = Array.from({ length }, (_, at) => this.projects[at])
    this.sizes = grown(this.sizes, new Float64Array(length * 3))
    this.startedS = grown(this.startedS, new Float64Array(length))
    this.priorities = grown(this.priorities, new Float64Array(length))
    this.exempt = grown(this.exempt, new Uint8Array(length))
  }
}

export function exemptNumber(why: Exemption | undefined): number {
  return why === undefined ? 0 : 1 + exemptions.indexOf(why)
}

export function grown<Column extends Int32Array | Float64Array | Uint8Array>(old: Column, next: Column): Column {
  next.set(old)
  return next
}
