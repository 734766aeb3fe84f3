// Closures that give texts and lists of texts. Undefined is unknown.
import type { BindScope, TextReader, TextsReader } from './bind-scope.ts'
import type { CalendarPart } from './calendar.ts'
import { isTrue, isUnknown } from './ternary.ts'
import type { TypedNode } from './typed-node.ts'

/** More tags than this on one instance are not looked through: what depends on them is unknown. */
export const mostTags = 512

export function bindText(scope: BindScope, node: TypedNode): TextReader {
  switch (node.op) {
    case 'constant': {
      const value = typeof node.value === 'string' ? node.value : undefined
      return () => value
    }
    case 'field':
      return node.field.type === 'text' ? node.field.read : unknownText
    case 'calendar': {
      const zone = scope.linker.zoneIndex(node.zone ?? scope.zone)
      const part = node.part as Extract<CalendarPart, 'date' | 'time'>
      return (c) => c.calendars[zone]?.[part]
    }
    case 'join': {
      const left = scope.bindText(node.left)
      const right = scope.bindText(node.right)
      return (c) => {
        const start = left(c)
        const end = right(c)
        return start === undefined || end === undefined ? undefined : start + end
      }
    }
    case 'choose': {
      const condition = scope.bindBool(node.condition)
      const whenTrue = scope.bindText(node.whenTrue)
      const otherwise = scope.bindText(node.otherwise)
      return (c) => {
        const chosen = condition(c)
        return chosen === isUnknown ? undefined : chosen === isTrue ? whenTrue(c) : otherwise(c)
      }
    }
    case 'valueOr': {
      const value = scope.bindText(node.value)
      const otherwise = scope.bindText(node.otherwise)
      return (c) => value(c) ?? otherwise(c)
    }
    case 'call': {
      const [first] = node.operands
      if (first === undefined) return unknownText
      if (node.fn === 'tagValue') return bindTagValue(first)
      const text = scope.bindText(first)
      return node.fn === 'lowerAscii' ? (c) => lowerAscii(text(c)) : (c) => upperAscii(text(c))
    }
    default:
      return unknownText
  }
}

export function bindTexts(node: TypedNode): TextsReader {
  if (node.op === 'constant' && Array.isArray(node.value)) {
    const values = node.value as readonly string[]
    return () => values
  }
  if (node.op === 'field' && node.field.type === 'texts') {
    const { read } = node.field
    return (c) => {
      const values = read(c)
      return values.length > mostTags ? undefined : values
    }
  }
  return () => undefined
}

function bindTagValue(name: TypedNode): TextReader {
  const start = name.op === 'constant' ? `${String(name.value)}=` : undefined
  if (start === undefined) return unknownText
  return ({ instance: { tags } }) => {
    if (tags.length > mostTags) return undefined
    for (let index = 0; index < tags.length; index++) {
      const tag = tags[index] as string
      if (tag.startsWith(start)) return tag.slice(start.length)
    }
    return ''
  }
}

/** Only the 26 letters, so that the result is the same under every locale and keeps its length. */
const lowerAscii = (text: string | undefined) => text?.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
const upperAscii = (text: string | undefined) => text?.replace(/[a-z]+/g, (letters) => letters.toUpperCase())

const unknownText: TextReader = () => undefined
