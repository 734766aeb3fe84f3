// Values of a YAML file with the line of each fault. Unknown keys are faults: a monitor whose name was mistyped would watch nothing.
import { resolve } from 'node:path'
import { GleanerError } from '@gleaner/model/errors'
import { parseDurationMs } from '@gleaner/model/duration'
import { isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml'

export class ConfigReader {
  readonly #file: string
  readonly #lines: LineCounter

  constructor(file: string, lines: LineCounter) {
    this.#file = file
    this.#lines = lines
  }

  fail(node: Node | null | undefined, detail: string): never {
    return this.failAt(node?.range?.[0] ?? 0, detail)
  }

  failAt(offset: number, detail: string): never {
    throw new GleanerError('agent-config-invalid', {
      file: this.#file,
      line: this.#lines.linePos(offset).line || 1,
      detail,
    })
  }

  map(node: Node | null | undefined, keys: readonly string[]): MapReader {
    const empty =
      node === null || node === undefined || (isScalar(node) && (node.value === null || node.value === true))
    if (empty) return new MapReader(this, new Map())
    if (!isMap(node)) return this.fail(node, 'keys and values are expected here')
    const values = new Map<string, Node>()
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key)
      if (!keys.includes(name)) this.fail(key as Node, `"${name}" is no key here; there are ${keys.join(', ')}`)
      if (value !== null) values.set(name, value as Node)
    }
    return new MapReader(this, values)
  }
}

export class MapReader {
  readonly #reader: ConfigReader
  readonly #values: ReadonlyMap<string, Node>

  constructor(reader: ConfigReader, values: ReadonlyMap<string, Node>) {
    this.#reader = reader
    this.#values = values
  }

  node(key: string): Node | undefined {
    return this.#values.get(key)
  }

  text(key: string, otherwise: string): string {
    const node = this.#values.get(key)
    if (node === undefined) return otherwise
    if (isScalar(node) && typeof node.value === 'string' && node.value !== '') return node.value
    return this.#reader.fail(node, `${key}: has to be a text`)
  }

  /** Nothing can be made below /proc, and node's recursive mkdir tries it there for ever. */
  place(key: string, otherwise: string): string {
    const place = this.text(key, otherwise)
    if (`${resolve(place)}/`.startsWith('/proc/'))
      this.#reader.fail(this.#values.get(key), `${key}: nothing can be kept below /proc (${place})`)
    return place
  }

  duration(key: string, otherwise: number): number {
    const node = this.#values.get(key)
    if (node === undefined) return otherwise
    const durationMs = isScalar(node) ? parseDurationMs(String(node.value)) : undefined
    return durationMs ?? this.#reader.fail(node, `${key}: has to be a duration such as 90s, 15m or 1h30m`)
  }

  number(key: string, otherwise: number, { least, most }: { readonly least: number; readonly most: number }): number {
    const node = this.#values.get(key)
    if (node === undefined) return otherwise
    const value = isScalar(node) ? node.value : undefined
    if (typeof value === 'number' && value >= least && value <= most) return value
    return this.#reader.fail(node, `${key}: has to be a number from ${least} to ${most}`)
  }

  truth(key: string, otherwise: boolean): boolean {
    const node = this.#values.get(key)
    if (node === undefined) return otherwise
    if (isScalar(node) && typeof node.value === 'boolean') return node.value
    return this.#reader.fail(node, `${key}: has to be true or false`)
  }

  /** Texts and numbers of a list, each with its node for what is said about it. */
  list(key: string): readonly { readonly text: string; readonly node: Node }[] {
    const node = this.#values.get(key)
    if (node === undefined) return []
    if (!isSeq(node)) return this.#reader.fail(node, `${key}: has to be a list`)
    return node.items.map((item) => {
      const value: unknown = isScalar(item) ? item.value : undefined
      if (typeof value !== 'string' && typeof value !== 'number')
        return this.#reader.fail(item as Node, `${key}: has to hold texts`)
      return { text: String(value), node: item as Node }
    })
  }
}
