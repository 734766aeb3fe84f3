// Templates of messages: text with {fields} of a notice, and nothing else. There are no conditions, loops or calls, so a
// template can neither run code nor hang; a field that does not exist is refused when the configuration is read. What a
// field brings in is one line of bounded length: names are chosen by whoever owns an instance.
import type { NoticeBody } from '@gleaner/model'

const fields = {
  kind: (notice) => notice.kind,
  sentence: (notice) => notice.sentence,
  action: (notice) => notice.action,
  capability: (notice) => notice.capability,
  cause: (notice) => notice.cause,
  reason: (notice) => notice.reason.sentence,
  instance: (notice) => notice.instance.name,
  'instance.id': (notice) => notice.instance.id,
  cloud: (notice) => notice.instance.cloud,
  project: (notice) => notice.project.name,
  'project.id': (notice) => notice.project.id,
  at: (notice) => notice.at,
  due: (notice) => notice.due ?? '',
  id: (notice) => notice.id,
  keep: (notice) => notice.keepLink ?? '',
} satisfies Record<string, (notice: NoticeBody) => string>
type Field = keyof typeof fields

export const templateFields = Object.keys(fields) as readonly Field[]
export const templateLength = 2000
const fieldLength = 1000

export interface MessageTemplate {
  /** `escape` is applied to what the fields bring in, not to what the template says. */
  render(notice: NoticeBody, escape?: (text: string) => string): string
  /** False when it has fields and all of them bring in nothing. */
  says(notice: NoticeBody): boolean
}

/** The template, or the field in it that does not exist. `{{` stands for a brace. */
export function compileTemplate(text: string): MessageTemplate | { readonly unknown: string } {
  const parts: (string | { readonly field: Field })[] = []
  for (const part of text.split(/(\{\{|\{[^{}]*\})/)) {
    if (part === '{{') parts.push('{')
    else if (!part.startsWith('{') || !part.endsWith('}')) parts.push(part)
    else {
      const name = part.slice(1, -1).trim()
      if (!isField(name)) return { unknown: name }
      parts.push({ field: name })
    }
  }
  const used = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.field]))
  return {
    says: (notice) => used.length === 0 || used.some((field) => fields[field](notice) !== ''),
    render: (notice, escape = (value) => value) =>
      parts.map((part) => (typeof part === 'string' ? part : show(part.field, notice, escape))).join(''),
  }
}

/** A link is made here of characters that need no escape, and would lead elsewhere with one. */
function show(field: Field, notice: NoticeBody, escape: (text: string) => string): string {
  const value = oneLine(fields[field](notice))
  return field === 'keep' ? value : escaped(value, escape)
}

/** Cut where a character ends, by what it is after the escape: what comes behind it, such as the link to keep, has its place. */
function escaped(value: string, escape: (text: string) => string): string {
  let made = ''
  for (const character of value) {
    const next = escape(character)
    if (made.length + next.length > fieldLength) break
    made += next
  }
  return made
}

function isField(name: string): name is Field {
  return Object.hasOwn(fields, name)
}

/** Without control characters and without those that turn the direction of what follows. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').slice(0, fieldLength)
  // Not half of a pair.
  return line.replace(/[\ud800-\udbff]$/, '')
}
