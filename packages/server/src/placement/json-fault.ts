// Where a text stops being JSON: JSON.parse tells it differently in each version of Node, and in some not at all. And where a
// key stands twice in one object: JSON.parse silently takes the last, and nobody knows which one was meant.
import type { ConfigFault } from '../config/faults.ts'

/** The first place where the text is no JSON; undefined when it is JSON throughout. */
export function jsonFault(text: string): ConfigFault | undefined {
  if (text.trim() === '') return { line: 1, path: '', detail: 'the file is empty' }
  const position = faultPosition(text, () => {})
  if (position === undefined) return undefined
  const { line, column } = placeOf(text, position)
  const found = text[position]
  const detail =
    found === undefined
      ? `the file is cut off: it ends in the middle, at column ${column}`
      : `this is no JSON: ${JSON.stringify(found)} is not expected at column ${column}`
  return { line, path: '', detail }
}

/** Every key of a JSON text that its object has already. */
export function doubledKeys(text: string): ConfigFault[] {
  const faults: ConfigFault[] = []
  const known: (Map<string, number> | undefined)[] = []
  faultPosition(text, ({ at, end, depth }) => {
    if (end === undefined) {
      known[depth] = undefined
      return
    }
    const keys = (known[depth] ??= new Map<string, number>())
    const written = text.slice(at, end)
    const key = written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1)
    const before = keys.get(key)
    if (before === undefined) {
      keys.set(key, at)
      return
    }
    const { line, column } = placeOf(text, at)
    const first = placeOf(text, before)
    const detail = `the key ${JSON.stringify(key)} is there twice in one object, at column ${column}; first at line ${first.line}, column ${first.column}`
    faults.push({ line, path: '', detail })
  })
  return faults
}

function placeOf(text: string, position: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

/** A key from `at` to `end` of the object that is `depth` deep; without an end, a new object of that depth. */
interface Seen {
  readonly at: number
  readonly end: number | undefined
  readonly depth: number
}

type Wanted = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma' | 'nothing'

const space = /[ \t\n\r]*/y
// From the space on, but for the quote and the backslash.
const string = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

function faultPosition(text: string, see: (seen: Seen) => void): number | undefined {
  const open: ('[' | '{')[] = []
  let wanted: Wanted = 'value'
  let at = 0
  const ended = (): Wanted => (open.length === 0 ? 'nothing' : 'comma')
  for (;;) {
    at = endOf(space, text, at) ?? at
    if (at === text.length) return wanted === 'nothing' ? undefined : at
    const mark = text[at]
    const inner = open.at(-1)
    if (wanted === 'colon' && mark === ':') wanted = 'value'
    else if (wanted === 'comma' && mark === ',') wanted = inner === '{' ? 'key' : 'value'
    else if (mark === '}' && inner === '{' && (wanted === 'comma' || wanted === 'key or }')) {
      open.pop()
      wanted = ended()
    } else if (mark === ']' && inner === '[' && (wanted === 'comma' || wanted === 'value or ]')) {
      open.pop()
      wanted = ended()
    } else {
      const isKey: boolean = wanted === 'key' || wanted === 'key or }'
      if (!isKey && wanted !== 'value' && wanted !== 'value or ]') return at
      if (!isKey && (mark === '[' || mark === '{')) {
        open.push(mark)
        if (mark === '{') see({ at, end: undefined, depth: open.length })
        wanted = mark === '[' ? 'value or ]' : 'key or }'
      } else {
        const end = endOf(string, text, at) ?? (isKey ? undefined : endOf(scalar, text, at))
        // A string that has no end is cut off, not wrong at its start.
        if (end === undefined) return mark === '"' && !text.slice(at).includes('\n') ? text.length : at
        if (isKey) see({ at, end, depth: open.length })
        wanted = isKey ? 'colon' : ended()
        at = end
        continue
      }
    }
    at++
  }
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}
