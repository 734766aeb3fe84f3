import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonListener, JsonFault, JsonScanner } from './json-scanner.ts'

/** Builds the value again from what the scanner tells. */
class Rebuilder implements JsonListener {
  root: unknown
  onContainer(path: readonly (string | number)[], kind: 'object' | 'array'): void {
    this.#put(path, kind === 'object' ? Object.create(null) : [])
  }
  onEnd(): void {}
  onNumber(value: number, path: readonly (string | number)[]): void {
    this.#put(path, value)
  }
  onOther(value: string | boolean | null, path: readonly (string | number)[]): void {
    this.#put(path, value)
  }
  #put(path: readonly (string | number)[], value: unknown): void {
    if (path.length === 0) {
      this.root = value
      return
    }
    let at = this.root as Record<string | number, unknown>
    for (const part of path.slice(0, -1)) at = at[part] as Record<string | number, unknown>
    at[path.at(-1) as string | number] = value
  }
}

function scan(text: string, pieces: number): unknown {
  const rebuilder = new Rebuilder()
  const scanner = new JsonScanner(rebuilder)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += pieces) scanner.write(bytes.subarray(at, at + pieces))
  expect(scanner.end()).toBe(true)
  return rebuilder.root
}

describe('JsonScanner', () => {
  it('reads what JSON.parse reads, however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 1, max: 40 }), fc.boolean(), (json, pieces, isSpaced) => {
        const text = isSpaced ? JSON.stringify(JSON.parse(json), null, 2) : json
        expect(JSON.stringify(scan(text, pieces))).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 400 },
    )
  })

  it('reads numbers to the last bit', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (list) => {
        expect(scan(JSON.stringify(list), 7)).toEqual(JSON.parse(JSON.stringify(list)))
      }),
    )
  })

  it('reads what Python writes for what JSON has no word for', () => {
    expect(scan('[NaN, Infinity, -Infinity, 1e-07]', 3)).toEqual([Number.NaN, Infinity, -Infinity, 1e-7])
  })

  it('stops at the byte that cannot be', () => {
    for (const [text, byte] of [
      ['[1 2]', 3],
      ['{"a" 1}', 5],
      ['[1,]', 3],
      ['{"a":1,}', 7],
      ['[1]]', 3],
      ['[+1]', 1],
      ['["\\q"]', 1],
      ['{1:2}', 1],
      ['[}', 1],
    ] as const) {
      const scanner = new JsonScanner(new Rebuilder())
      let fault: unknown
      try {
        scanner.write(Buffer.from(text))
        scanner.end()
      } catch (error) {
        fault = error
      }
      expect(fault, text).toBeInstanceOf(JsonFault)
      expect((fault as JsonFault).byte, text).toBe(byte)
    }
  })

  it('refuses what is nested without end', () => {
    const scanner = new JsonScanner(new Rebuilder())
    expect(() => scanner.write(Buffer.from('['.repeat(10_000)))).toThrow('nested')
  })
})
