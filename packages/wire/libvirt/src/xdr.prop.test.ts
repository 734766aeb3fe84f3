// Whatever is written is read back; whatever is cut or random gives a typed error and nothing else.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRemoteError } from './remote-error-body.ts'
import {
  readTypedParams,
  typedParamTypes,
  writeTypedParams,
  type TypedParam,
  type TypedParamType,
} from './typed-params.ts'
import { LibvirtWireError } from './wire-error.ts'
import { XdrReader } from './xdr-reader.ts'
import { XdrWriter } from './xdr-writer.ts'

type Item =
  | readonly ['int' | 'uint' | 'double', number]
  | readonly ['hyper' | 'uhyper', bigint]
  | readonly ['string', string]
  | readonly ['opaque', Uint8Array]
  | readonly ['optional', string | undefined]
  | readonly ['array', readonly number[]]

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const item: fc.Arbitrary<Item> = fc.oneof(
  fc.tuple(fc.constant('int' as const), fc.integer()),
  fc.tuple(fc.constant('uint' as const), fc.integer({ min: 0, max: 4_294_967_295 })),
  fc.tuple(fc.constant('double' as const), fc.double()),
  fc.tuple(fc.constant('hyper' as const), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.tuple(fc.constant('uhyper' as const), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  fc.tuple(fc.constant('string' as const), text),
  fc.tuple(fc.constant('opaque' as const), fc.uint8Array({ maxLength: 20 })),
  fc.tuple(fc.constant('optional' as const), fc.option(text, { nil: undefined })),
  fc.tuple(fc.constant('array' as const), fc.array(fc.integer(), { maxLength: 10 })),
)

function write(items: readonly Item[]): Uint8Array {
  const writer = new XdrWriter(1)
  for (const [kind, value] of items) {
    if (kind === 'int') writer.int(value)
    else if (kind === 'uint') writer.uint(value)
    else if (kind === 'double') writer.double(value)
    else if (kind === 'hyper') writer.hyper(value)
    else if (kind === 'uhyper') writer.uhyper(value)
    else if (kind === 'string') writer.string(value)
    else if (kind === 'opaque') writer.opaque(value)
    else if (kind === 'optional') writer.optional(value, (to, v) => to.string(v))
    else if (kind === 'array') writer.array(value, (to, v) => to.int(v))
  }
  return writer.bytes()
}

function read(items: readonly Item[], bytes: Uint8Array): unknown[] {
  const reader = new XdrReader(bytes)
  const found = items.map(([kind, value]) => {
    if (kind === 'opaque') return reader.opaque(value.length)
    if (kind === 'string') return reader.string(1000)
    if (kind === 'optional') return reader.optional((from) => from.string(1000))
    if (kind === 'array') return reader.array({ max: 10, minItemBytes: 4 }, (from) => from.int())
    return reader[kind]()
  })
  reader.end()
  return found
}

const param: fc.Arbitrary<TypedParam> = fc
  .tuple(text, fc.constantFrom(...(Object.keys(typedParamTypes) as TypedParamType[])))
  .chain(([name, type]) => {
    const values: Record<TypedParamType, fc.Arbitrary<number | boolean | string>> = {
      int: fc.integer(),
      uint: fc.integer({ min: 0, max: 4_294_967_295 }),
      llong: fc.maxSafeInteger(),
      ullong: fc.maxSafeNat(),
      double: fc.double(),
      boolean: fc.boolean(),
      string: text,
    }
    return values[type].map((value): TypedParam => [name, type, value])
  })

describe('XDR', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), (items) => {
        expect(read(items, write(items))).toEqual(items.map(([, value]) => value))
      }),
    )
  })

  it('notices every cut', () => {
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (items, share) => {
          const bytes = write(items)
          fc.pre(bytes.length > 0)
          const cut = bytes.subarray(0, Math.floor(bytes.length * share))
          expect(() => read(items, cut)).toThrow(LibvirtWireError)
        },
      ),
    )
  })

  it('notices what is left over', () => {
    expect(() =>
      read(
        [['int', 1]],
        write([
          ['int', 1],
          ['int', 2],
        ]),
      ),
    ).toThrow('4 bytes too many')
  })

  it('turns random bytes into values or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const attempt of [
          () => readTypedParams(new XdrReader(bytes), 1000),
          () => readRemoteError(new XdrReader(bytes)),
          () => new XdrReader(bytes).array({ max: 1_000_000, minItemBytes: 4 }, (from) => from.string(1_000_000)),
        ]) {
          try {
            attempt()
          } catch (error) {
            expect(error).toBeInstanceOf(LibvirtWireError)
          }
        }
      }),
    )
  })

  it('allocates nothing for a count that cannot be true', () => {
    const bytes = new XdrWriter().uint(4_000_000_000).bytes()
    expect(() => new XdrReader(bytes).array({ max: 2 ** 32, minItemBytes: 4 }, (from) => from.int())).toThrow(
      'is cut off',
    )
    expect(() => new XdrReader(bytes).string(2 ** 32)).toThrow('ends 4000000000 bytes early')
    expect(() => new XdrReader(bytes).string(100)).toThrow('at most 100')
  })

  it('refuses a presence mark other than 0 and 1', () => {
    expect(() => new XdrReader(new XdrWriter().uint(2).bytes()).optional(() => 1)).toThrow('presence mark')
  })

  it('refuses to write a number that does not fit', () => {
    for (const value of [1.5, Number.NaN, 2 ** 31, -(2 ** 31) - 1])
      expect(() => new XdrWriter().int(value)).toThrow(RangeError)
    for (const value of [-1, 2 ** 32]) expect(() => new XdrWriter().uint(value)).toThrow(RangeError)
    expect(() => new XdrWriter().uhyper(-1n)).toThrow(RangeError)
    expect(() => new XdrWriter().hyper(2n ** 63n)).toThrow(RangeError)
  })

  it('does not decode bytes that are not UTF-8 into nothing', () => {
    const bytes = new XdrWriter().uint(2).opaque(Uint8Array.of(0xff, 0x41)).bytes()
    expect(new XdrReader(bytes).string(10)).toBe('\uFFFDA')
  })
})

describe('typed parameters', () => {
  it('read back what was written, the later of two with one name', () => {
    fc.assert(
      fc.property(fc.array(param, { maxLength: 20 }), (params) => {
        const writer = new XdrWriter()
        writeTypedParams(writer, params)
        const reader = new XdrReader(writer.bytes())
        const expected = new Map(params.map(([name, , value]) => [name, value]))
        expect(readTypedParams(reader, 100)).toEqual(expected)
        reader.end()
      }),
    )
  })

  it('refuse an unknown type and too many', () => {
    const unknown = new XdrWriter().uint(1).string('x').int(9).int(0).bytes()
    expect(() => readTypedParams(new XdrReader(unknown), 10)).toThrow('unknown type 9')
    const writer = new XdrWriter()
    writeTypedParams(writer, [
      ['a', 'int', 1],
      ['b', 'int', 2],
    ])
    expect(() => readTypedParams(new XdrReader(writer.bytes()), 1)).toThrow('2 parameters')
  })
})
