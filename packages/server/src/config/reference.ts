// Every key of the configuration file as rows for the reference page, read off the schemas and the defaults in force.
import type { TSchema } from 'typebox'
import { loadConfig } from './load.ts'
import { ConfigFile, cloudSchemas } from './schema.ts'
import { meterSchemas } from './metering.ts'
import { sourceSchemas } from './source-schemas.ts'

export interface ConfigKey {
  readonly name: string
  readonly type: string
  readonly fallback: string
  readonly meaning: string
}

interface Shape {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly items?: TSchema
  readonly anyOf?: readonly TSchema[]
  readonly const?: unknown
  readonly pattern?: string
}

export function configReference(): readonly ConfigKey[] {
  const defaults = new Map(
    loadConfig({ environment: {}, directory: '/' }).origins.map((origin) => [origin.name, origin]),
  )
  const rows: ConfigKey[] = []
  const visit = (name: string, schema: TSchema) => {
    const shape = schema as Shape
    if (shape.properties !== undefined) {
      for (const [key, inner] of Object.entries(shape.properties)) visit(name === '' ? key : `${name}.${key}`, inner)
      return
    }
    if (name === 'clouds') {
      for (const [kind, cloud] of Object.entries(cloudSchemas)) visit(`clouds[kind: ${kind}]`, cloud)
      return
    }
    if (name === 'sources') {
      for (const [kind, source] of Object.entries(sourceSchemas)) visit(`sources[kind: ${kind}]`, source)
      return
    }
    if (name === 'meters') {
      for (const [kind, meter] of Object.entries(meterSchemas)) visit(`meters[kind: ${kind}]`, meter)
      return
    }
    const { items } = shape
    if (items !== undefined && 'properties' in items) {
      visit(`${name}[]`, items)
      return
    }
    const origin = defaults.get(name)
    rows.push({
      name,
      type: typeOf(shape),
      fallback: origin === undefined || origin.value === null ? '' : `${origin.value as string | number}`,
      meaning: origin?.effect ?? shape.description ?? '',
    })
  }
  visit('', ConfigFile)
  return rows
}

function typeOf(shape: Shape): string {
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  if (shape.enum !== undefined) return shape.enum.join(', ')
  const inners = shape.anyOf?.map((inner) => (inner as Shape).type) ?? []
  if (inners.includes('number') && inners.includes('object')) return 'number or file'
  if (shape.anyOf !== undefined)
    return shape.anyOf.some((inner) => (inner as Shape).type === 'array') ? 'text or list' : 'text or secret'
  if (shape.items !== undefined) return 'list'
  if (shape.pattern?.startsWith('^([0-9]') === true) return 'duration'
  return shape.type ?? 'any'
}
