// Turns schema errors into faults a person can act on: file, line, what was found, what was expected, a near name.
import { durationPattern, GleanerError } from '@gleaner/model'
import type { TSchema } from 'typebox'
import { Settings } from 'typebox/system'
import * as Value from 'typebox/value'
import { type Document, type LineCounter, isMap, isNode, isPair, isScalar } from 'yaml'

export interface ConfigFault {
  readonly line: number
  readonly path: string
  readonly detail: string
}

/** A parsed file: values, and the line of each. */
export interface Source {
  readonly file: string
  readonly document: Document
  readonly lines: LineCounter
}

type Path = readonly (string | number)[]

export function lineOf(source: Source, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length)
    const range = keyRange(source, part) ?? nodeRange(source, part)
    if (range !== undefined) return source.lines.linePos(range).line
  }
  return 1
}

function nodeRange(source: Source, path: Path): number | undefined {
  const node = path.length === 0 ? source.document.contents : source.document.getIn(path, true)
  return isNode(node) ? node.range?.[0] : undefined
}

/** Where the key itself stands: the line a person looks for when a key is unknown. */
function keyRange(source: Source, path: Path): number | undefined {
  if (path.length === 0) return undefined
  const parent = path.length === 1 ? source.document.contents : source.document.getIn(path.slice(0, -1), true)
  if (!isMap(parent)) return undefined
  const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1))
  return isPair(pair) && isScalar(pair.key) ? pair.key.range?.[0] : undefined
}

/** All faults of the value against the schema, in the order of the lines; `at` is where it stands in the file. */
export function schemaFaults(
  source: Source,
  schema: TSchema,
  part: { readonly value: unknown; readonly at: Path },
): ConfigFault[] {
  const { value, at } = part
  const faults = new Map<string, ConfigFault>()
  for (const error of allErrors(schema, value)) {
    const path = [...at, ...pointer(error.instancePath)]
    if (error.keyword === 'boolean' || error.schemaPath.includes('/anyOf/')) continue
    const add = (where: Path, detail: string) => {
      const text = where.join('.')
      if (!faults.has(text)) faults.set(text, { line: lineOf(source, where), path: text, detail })
    }
    const params = error.params as Record<string, unknown>
    if (error.keyword === 'additionalProperties') {
      for (const name of params['additionalProperties'] as string[]) {
        add([...path, name], `the key "${name}" is unknown${nearest(name, knownKeys(schema, error.schemaPath))}`)
      }
    } else if (error.keyword === 'required') {
      for (const name of params['requiredProperties'] as string[]) {
        add([...path, name], `the key "${name}" is missing${expected(schema, [...pointer(error.instancePath), name])}`)
      }
    } else {
      add(
        path,
        `${path.at(-1) ?? 'the file'}: ${isSecret(schemaAt(schema, error.schemaPath)) ? 'its value' : describe(valueAt(value, pointer(error.instancePath)))} is not what is expected here: ${wanted(error.message, schema, error.schemaPath)}`,
      )
    }
  }
  return [...faults.values()].sort((a, b) => a.line - b.line)
}

/**
 * Of several values to choose from each one that does not fit is an error, and the choice as a whole the last of them. The schema library
 * stops after eight, which would leave that one out, and a wrong value without a fault.
 */
const mostErrors = 2000

function allErrors(schema: TSchema, value: unknown): readonly ReturnType<typeof Value.Errors>[number][] {
  const { maxErrors } = Settings.Get()
  Settings.Set({ maxErrors: mostErrors })
  try {
    return Value.Errors(schema, value)
  } finally {
    Settings.Set({ maxErrors })
  }
}

export function throwFaults(source: Pick<Source, 'file'>, faults: readonly ConfigFault[]): void {
  const first = faults[0]
  if (first === undefined) return
  const more = faults.slice(1).map((fault) => `\n${source.file}:${fault.line}: ${fault.detail}`)
  throw new GleanerError('config-invalid', {
    file: source.file,
    line: first.line,
    detail: first.detail + more.join(''),
  })
}

function pointer(text: string): (string | number)[] {
  if (text === '') return []
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<string | number, unknown> | undefined)?.[part], value)
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a group of keys'
  return typeof value === 'string' ? `"${value.slice(0, 60)}"` : `${value as number | boolean}`
}

function knownKeys(schema: TSchema, schemaPath: string): string[] {
  return Object.keys((schemaAt(schema, schemaPath)?.['properties'] as object | undefined) ?? {})
}

function wanted(message: string, schema: TSchema, schemaPath: string): string {
  const part = schemaAt(schema, schemaPath)
  if (Array.isArray(part?.['enum'])) return `one of ${(part['enum'] as string[]).join(', ')}`
  const description = part?.['description']
  const inners = part?.['anyOf']
  const words = Array.isArray(inners) ? anyOf(inners as readonly Alternative[]) : patternWords(part?.['pattern'])
  if (words !== undefined)
    return typeof description === 'string' && description !== words ? `${words}; ${description}` : words
  return typeof description === 'string' ? `${message.replace('must be', 'a value that is')}; ${description}` : message
}

/** What may be read from the environment may be a password also where it is written wrongly, as a number without quotes. */
function isSecret(part: Record<string, unknown> | undefined): boolean {
  const inners = Array.isArray(part?.['anyOf']) ? (part['anyOf'] as readonly Alternative[]) : []
  return inners.some((inner) => inner.properties !== undefined && 'env' in inner.properties)
}

/** What a pattern means, where people know it by a name. */
export function patternWords(pattern: unknown): string | undefined {
  return pattern === durationPattern ? 'a duration such as 30m, 2h or 1d12h' : undefined
}

/** What there is to choose from where a fault lies within one of several alternatives; undefined elsewhere. */
export function alternativesAt(schema: TSchema, schemaPath: string): string | undefined {
  const at = schemaPath.search(/\/anyOf(\/|$)/)
  const inners = at < 0 ? undefined : schemaAt(schema, schemaPath.slice(0, at))?.['anyOf']
  return Array.isArray(inners) ? anyOf(inners as readonly Alternative[]) : undefined
}

export function schemaAt(schema: TSchema, schemaPath: string): Record<string, unknown> | undefined {
  const path = pointer(schemaPath.replace(/^#/, ''))
  return valueAt(schema, path) as Record<string, unknown> | undefined
}

interface Alternative {
  readonly const?: string | number | boolean
  readonly type?: string
  readonly description?: string
  readonly properties?: object
  readonly minimum?: number
  readonly maximum?: number
}

const typeNames: Readonly<Record<string, string>> = { string: 'a text', boolean: 'true or false', array: 'a list' }

function anyOf(inners: readonly Alternative[]): string {
  const words = inners.map((inner) => {
    if (inner.const !== undefined) return String(inner.const)
    if (inner.type === 'number' || inner.type === 'integer') return `a number${range(inner)}`
    if (inner.type === 'object') return `a group of keys: ${Object.keys(inner.properties ?? {}).join(', ')}`
    return inner.description ?? typeNames[inner.type ?? ''] ?? 'something else'
  })
  return inners.every((inner) => inner.const !== undefined) ? `one of ${words.join(', ')}` : words.join(', or ')
}

function range({ minimum, maximum }: Alternative): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  return minimum !== undefined ? ` of at least ${minimum}` : maximum !== undefined ? ` of at most ${maximum}` : ''
}

function expected(schema: TSchema, path: Path): string {
  const description = path.reduce<unknown>(
    (inner, part) =>
      typeof part === 'number'
        ? (inner as TSchema & { items?: unknown })?.['items']
        : ((inner as { properties?: Record<string, unknown> })?.properties ?? {})[part],
    schema,
  ) as { description?: string } | undefined
  return description?.description === undefined ? '' : ` (${description.description})`
}

/** `. Did you mean "x"?` for the nearest of the known names, if one is near. */
export function nearest(name: string, known: readonly string[]): string {
  let best: { name: string; distance: number } | undefined
  for (const other of known) {
    const distance = editDistance(name.toLowerCase(), other.toLowerCase())
    if (distance <= Math.max(2, Math.floor(other.length / 3)) && (best === undefined || distance < best.distance))
      best = { name: other, distance }
  }
  if (best !== undefined) return `. Did you mean "${best.name}"?`
  return known.length > 0 ? `. Known here: ${known.join(', ')}` : ''
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
