// Files of a placement question: JSON in the formats of the model. Whatever is wrong with one is named with file, place and
// remedy, every fault at once; nothing is guessed, and nothing is decided here.
import { GleanerError, HostsFile, PlacementHints, PlacementRequest } from '@gleaner/model'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { LineCounter, parseDocument } from 'yaml'
import { type ConfigFault, lineOf, nearest, schemaFaults, type Source } from '../config/faults.ts'
import { doubledKeys, jsonFault } from './json-fault.ts'

/** So many faults are told; a file with more of them is of another format. */
const mostFaults = 20
const hosts = Compile(HostsFile)
const request = Compile(PlacementRequest)
const knownHints: readonly string[] = Object.keys(PlacementHints.properties)

export interface PlacementFile {
  /** As the person who asked wrote it; `-` for standard input. */
  readonly name: string
  readonly text: string
}

/** Throws `placement-invalid`. Names of hosts and ids of instances are unique then. */
export function readHostsFile(file: PlacementFile): HostsFile {
  const read = readAs(file, HostsFile, hosts)
  const faults = doubles(read)
  if (faults.length > 0) throw invalid(file, withLines(file, faults))
  return read
}

/** Throws `placement-invalid`. */
export function readRequestFile(file: PlacementFile): {
  readonly request: PlacementRequest
  /** One sentence for each hint that is not known here and has no effect. */
  readonly warnings: readonly string[]
} {
  const read = readAs(file, PlacementRequest, request)
  const unknown = Object.keys(read.hints ?? {}).filter((hint) => !knownHints.includes(hint))
  return {
    request: read,
    warnings: unknown.map((hint) => `${file.name}: the hint "${hint}" has no effect here${nearest(hint, knownHints)}`),
  }
}

function readAs<Schema extends TSchema>(
  file: PlacementFile,
  schema: Schema,
  compiled: { Check(value: unknown): boolean },
): Static<Schema> {
  let value: unknown
  try {
    value = JSON.parse(file.text)
  } catch (error) {
    const fault = jsonFault(file.text) ?? { line: 1, path: '', detail: (error as SyntaxError).message }
    throw invalid(file, [fault])
  }
  const doubled = doubledKeys(file.text)
  if (doubled.length > 0) throw invalid(file, doubled)
  if (compiled.Check(value)) return value as Static<Schema>
  const source = sourceOf(file)
  throw invalid(file, schemaFaults(source, schema, { value, at: [] }))
}

function doubles({ hosts: all }: HostsFile): Fault[] {
  const faults: Fault[] = []
  const hostsByName = new Map<string, number>()
  const places = new Map<string, string>()
  for (const [at, { name, instances }] of all.entries()) {
    const before = hostsByName.get(name)
    if (before !== undefined)
      faults.push({ path: ['hosts', at, 'name'], detail: `the host "${name}" is there twice: hosts[${before}]` })
    hostsByName.set(name, at)
    for (const [nth, { id }] of instances.entries()) {
      const known = places.get(id)
      if (known !== undefined)
        faults.push({
          path: ['hosts', at, 'instances', nth, 'id'],
          detail: `the instance "${id}" is there twice: ${known}`,
        })
      places.set(id, `hosts[${at}].instances[${nth}]`)
    }
  }
  return faults
}

interface Fault {
  readonly path: readonly (string | number)[]
  readonly detail: string
}

function withLines(file: PlacementFile, faults: readonly Fault[]): ConfigFault[] {
  const source = sourceOf(file)
  return faults
    .slice(0, mostFaults)
    .map(({ path, detail }) => ({ line: lineOf(source, path), path: path.join('.'), detail }))
}

/** JSON is YAML, and the parser of YAML knows the line of each value. Slow, so only for a file that is wrong. */
function sourceOf({ name, text }: PlacementFile): Source {
  const lines = new LineCounter()
  return { file: name, document: parseDocument(text, { lineCounter: lines, uniqueKeys: false }), lines }
}

function invalid(file: PlacementFile, faults: readonly ConfigFault[]): GleanerError {
  const [first, ...others] = faults.slice(0, mostFaults)
  const told = others.map((fault) => `\n${file.name}:${fault.line}: ${where(fault)}${fault.detail}`)
  const more = faults.length > mostFaults ? `\nand ${faults.length - mostFaults} faults more` : ''
  return new GleanerError('placement-invalid', {
    file: file.name,
    line: first?.line ?? 1,
    detail: `${first === undefined ? 'it is not in the format' : where(first) + first.detail}${told.join('')}${more}`,
  })
}

/** "hosts[2].instances[0]: " of "hosts.2.instances.0.ramMiB"; the last key stands in the sentence itself. */
function where({ path }: ConfigFault): string {
  const inner = path.split('.').slice(0, -1)
  if (inner.length === 0) return ''
  return `${inner.map((part, at) => (/^\d+$/.test(part) ? `[${part}]` : at === 0 ? part : `.${part}`)).join('')}: `
}
