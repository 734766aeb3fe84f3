// Checks the parts of a request against the schemas of the endpoint table. Bodies are taken as they are: "3" is no number.
// Texts of the query become numbers and truth values where the schema wants them and only where they are written so.
// Names that the endpoint does not know are refused in both: a filter with a typing error must not look like no filter.
import { GleanerError } from '@gleaner/model'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import * as Value from 'typebox/value'
import { alternativesAt, nearest, patternWords, schemaAt } from '../config/faults.ts'

type Part = 'params' | 'querystring' | 'body'
type Properties = Readonly<Record<string, { readonly type?: string; readonly default?: unknown }>>

/** `{ value }` with defaults filled in, or `{ error }`: what fastify asks of a compiled validator. */
export function requestValidator(schema: TSchema, part: Part): (given: unknown) => { value?: unknown; error?: Error } {
  const validator = Compile(schema)
  const properties = ((schema as { properties?: Properties }).properties ?? {}) satisfies Properties
  // To look for defaults takes longer than to check, and few schemas have any.
  const fill = namesDefault(schema)
    ? (value: object) => Value.Default(schema, part === 'body' ? value : { ...value })
    : (value: object) => value
  const open = (schema as { additionalProperties?: unknown }).additionalProperties === true
  return (given) => {
    const fields = part === 'body' && (given === undefined || given === null) ? {} : given
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
      return { error: invalid('The body must be a JSON object.') }
    const unknown = open ? undefined : Object.keys(fields).find((name) => !Object.hasOwn(properties, name))
    if (unknown !== undefined) return { error: invalid(unknownName(unknown, part, Object.keys(properties))) }
    const read = part === 'querystring' ? readTexts(fields as Record<string, unknown>, properties) : fields
    const value = fill(read)
    if (validator.Check(value)) return { value }
    return { error: invalid(describeFault(validator.Errors(value), value, { part, schema })) }
  }
}

/** Somewhere in it; a field of that name counts as well, and costs no more than time. */
function namesDefault(schema: object): boolean {
  return Object.entries(schema).some(
    ([name, part]) => name === 'default' || (typeof part === 'object' && part !== null && namesDefault(part as object)),
  )
}

function invalid(detail: string): GleanerError {
  return new GleanerError('request-invalid', { detail })
}

const places: Readonly<Record<Part, string>> = { params: 'path', querystring: 'query', body: 'body' }

function unknownName(name: string, part: Part, known: readonly string[]): string {
  const hint = known.length === 0 ? ' It takes no fields.' : nearest(name, known)
  return `The ${places[part]} field "${name.slice(0, 60)}" is unknown${known.length === 0 ? '.' : ''}${hint}`
}

function readTexts(fields: Readonly<Record<string, unknown>>, properties: Properties): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(fields)) {
    const type = properties[name]?.type
    if (typeof text !== 'string') read[name] = text
    else if (type === 'integer' && /^-?\d{1,15}$/.test(text)) read[name] = Number(text)
    else if (type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) read[name] = Number(text)
    else if (type === 'boolean' && (text === 'true' || text === 'false')) read[name] = text === 'true'
    else read[name] = text
  }
  return read
}

interface Fault {
  readonly keyword: string
  readonly instancePath: string
  readonly schemaPath: string
  readonly message: string
  readonly params: object
}

/** The first fault, with the field it is in, what was found there and what is expected. */
function describeFault(
  faults: readonly Fault[],
  value: unknown,
  { part, schema }: { readonly part: Part; readonly schema: TSchema },
): string {
  const fault = faults[0]
  if (fault === undefined) return `The ${places[part]} is not what is expected.`
  const path = fault.instancePath.slice(1).split('/').filter(Boolean)
  const { requiredProperties, allowedValues } = fault.params as {
    requiredProperties?: readonly string[]
    allowedValues?: readonly unknown[]
  }
  if (fault.keyword === 'required') {
    const missing = [...path, requiredProperties?.[0] ?? ''].join('.')
    return `The ${places[part]} field "${missing}" is missing.`
  }
  // What a group of fields does not know is refused by a schema that nothing fits.
  if (fault.keyword === 'boolean') return `The ${places[part]} field "${path.join('.').slice(0, 100)}" is unknown.`
  const found = path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], value)
  const wanted = allowedValues === undefined ? wordsOf(fault, schema) : `must be one of ${allowedValues.join(', ')}`
  return `The ${places[part]} field "${path.join('.')}" ${wanted}; it is ${shown(found)}.`
}

/** Who mistypes a time or a duration is told how one is written, and not by which pattern it is read. */
function wordsOf({ keyword, message, params, schemaPath }: Fault, schema: TSchema): string {
  if (keyword === 'format' && (params as { readonly format?: string }).format === 'date-time')
    return 'must be a time such as 2026-12-24T18:00:00Z'
  const words = alternativesAt(schema, schemaPath) ?? patternWords(schemaAt(schema, schemaPath)?.['pattern'])
  return words === undefined ? message : `must be ${words}`
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a group of fields'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
