// libvirt's typed parameters: a list of (name, type, value). Read into a Map; of two entries with one name the later wins.
import { limits } from './limits.ts'
import { protocolError } from './wire-error.ts'
import type { XdrReader } from './xdr-reader.ts'
import type { XdrWriter } from './xdr-writer.ts'

/** 64-bit integers are numbers: exact up to 2^53, the nearest double above. */
export type TypedParams = ReadonlyMap<string, number | boolean | string>

export type TypedParam = readonly [name: string, type: TypedParamType, value: number | bigint | boolean | string]

export const typedParamTypes = { int: 1, uint: 2, llong: 3, ullong: 4, double: 5, boolean: 6, string: 7 } as const
export type TypedParamType = keyof typeof typedParamTypes

export function readTypedParams(reader: XdrReader, max: number): TypedParams {
  const count = reader.uint()
  // Smallest parameter: empty name, type, four bytes of value.
  if (count > max || count * 12 > reader.remaining) throw protocolError(`a list of ${count} parameters`)
  const params = new Map<string, number | boolean | string>()
  for (let i = 0; i < count; i++) {
    const name = reader.string(limits.stringBytes)
    params.set(name, readValue(reader))
  }
  return params
}

function readValue(reader: XdrReader): number | boolean | string {
  const type = reader.int()
  switch (type) {
    case typedParamTypes.int:
      return reader.int()
    case typedParamTypes.uint:
      return reader.uint()
    case typedParamTypes.llong:
      return reader.hyperNumber()
    case typedParamTypes.ullong:
      return reader.uhyperNumber()
    case typedParamTypes.double:
      return reader.double()
    case typedParamTypes.boolean:
      return reader.int() !== 0
    case typedParamTypes.string:
      return reader.string(limits.stringBytes)
    default:
      throw protocolError(`a parameter of unknown type ${type}`)
  }
}

/** For fakes: what a daemon sends. */
export function writeTypedParams(writer: XdrWriter, params: readonly TypedParam[]): void {
  writer.array(params, (to, [name, type, value]) => {
    to.string(name).int(typedParamTypes[type])
    switch (type) {
      case 'int':
        return to.int(Number(value))
      case 'uint':
        return to.uint(Number(value))
      case 'llong':
        return to.hyper(BigInt(value))
      case 'ullong':
        return to.uhyper(BigInt(value))
      case 'double':
        return to.double(Number(value))
      case 'boolean':
        return to.int(value === true ? 1 : 0)
      case 'string':
        return to.string(String(value))
    }
  })
}
