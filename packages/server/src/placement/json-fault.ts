// Where a text stops being JSON: JSON.parse tells it differently in each version of Node, and in some not at all.
import type { ConfigFault } from '../config/faults.ts'

/** The first place where the text is no JSON; undefined when it is JSON throughout. */
export function jsonFault(text: string): ConfigFault | undefined {
  if (text.trim() === '') return { line: 1, path: '', detail: 'the file is empty' }
  const position = faultPosition(text)
  if (position === undefined) return undefined
  const before = text.slice(0, position).split('\n')
  const column = (before.at(-1) ?? '').length + 1
  const found = text[position]
  const detail =
    found === undefined
      ? `the file is cut off: it ends in the middle, at column ${column}`
      : `this is no JSON: ${JSON.stringify(found)} is not expected at column ${column}`
  return { line: before.length, path: '', detail }
}

type Wanted = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma' | 'nothing'

const space = /[ \t\n\r]*/y
// From the space on, but for the quote and the backslash.
const string = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

function faultPosition(text: string): number | undefined {
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
        wanted = mark === '[' ? 'value or ]' : 'key or }'
      } else {
        const end = endOf(string, text, at) ?? (isKey ? undefined : endOf(scalar, text, at))
        // A string that has no end is cut off, not wrong at its start.
        if (end === undefined) return mark === '"' && !text.slice(at).includes('\n') ? text.length : at
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
