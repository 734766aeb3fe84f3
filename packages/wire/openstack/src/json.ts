// Reads parsed JSON that a service sent, without trust: what is not of the kind the API describes is a `broken` answer
// that names the place.
import { OpenStackError } from './openstack-error.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export function parseJson(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new OpenStackError('broken', `${what}: the answer is no JSON`)
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A JSON object and the way to it, for the message. */
export class JsonReader {
  readonly value: JsonObject
  readonly #where: string

  constructor(value: Json | undefined, where: string) {
    if (!isObject(value)) throw new OpenStackError('broken', `${where} is no object`)
    this.value = value
    this.#where = where
  }

  text(key: string): string {
    const value = this.value[key]
    if (typeof value === 'string' && value !== '') return value
    return this.#refuse(key, 'no text')
  }

  optionalText(key: string): string | undefined {
    const value = this.value[key]
    if (value === undefined || value === null || value === '') return undefined
    return typeof value === 'string' ? value : this.#refuse(key, 'no text')
  }

  /** Finite and not below 0. Flavors write an absent swap as "". */
  amount(key: string): number {
    const value = this.value[key] === '' ? 0 : this.value[key]
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
    return this.#refuse(key, 'no amount')
  }

  optionalAmount(key: string): number | undefined {
    const value = this.value[key]
    return value === undefined || value === null ? undefined : this.amount(key)
  }

  optionalNumber(key: string): number | undefined {
    const value = this.value[key]
    if (value === undefined || value === null) return undefined
    return typeof value === 'number' && Number.isFinite(value) ? value : this.#refuse(key, 'no number')
  }

  flag(key: string): boolean {
    return this.value[key] === true
  }

  object(key: string): JsonReader {
    return new JsonReader(this.value[key], `${this.#where}.${key}`)
  }

  optionalObject(key: string): JsonReader | undefined {
    const value = this.value[key]
    return value === undefined || value === null || value === '' ? undefined : this.object(key)
  }

  list(key: string): readonly Json[] {
    const value = this.value[key]
    return Array.isArray(value) ? (value as readonly Json[]) : this.#refuse(key, 'no list')
  }

  objects(key: string): readonly JsonReader[] {
    return this.list(key).map((value, index) => new JsonReader(value, `${this.#where}.${key}[${index}]`))
  }

  texts(key: string): readonly string[] {
    return this.list(key).map((value) => (typeof value === 'string' ? value : this.#refuse(key, 'no list of texts')))
  }

  /** Names to texts; other values are written as JSON. */
  dictionary(key: string): Readonly<Record<string, string>> {
    const value = this.value[key]
    if (value === undefined || value === null) return {}
    if (!isObject(value)) return this.#refuse(key, 'no object')
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, typeof each === 'string' ? each : JSON.stringify(each)]),
    )
  }

  /** ISO 8601 in UTC, with or without the letter for it, as services write it; epoch milliseconds. */
  optionalTime(key: string): number | undefined {
    const written = this.optionalText(key)
    if (written === undefined) return undefined
    const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}Z`)
    return Number.isNaN(ms) ? this.#refuse(key, 'no time') : ms
  }

  #refuse(key: string, what: string): never {
    throw new OpenStackError('broken', `${this.#where}.${key} is ${what}`)
  }
}
