// The text of a part of an expression as people want to read it: on one line, without comments, with the brackets that
// belong to it (the parser leaves out the outer ones of its operands). Texts in quotes stay as they are.

interface Span {
  readonly start: number
  readonly end: number
}

/** A part of a checked expression never changes and belongs to one source. */
const known = new WeakMap<Span, string>()

export function sourceOf(span: Span, source: string): string {
  const text = known.get(span) ?? read(span, source)
  known.set(span, text)
  return text
}

function read(span: Span, source: string): string {
  const { words, missing, surplus } = tidy(source.slice(span.start, span.end))
  return `${'('.repeat(surplus)}${words}${')'.repeat(missing)}`
}

/** `missing`: how many closing brackets it lacks; `surplus`: how many opening ones. */
function tidy(text: string): { words: string; missing: number; surplus: number } {
  let words = ''
  let missing = 0
  let surplus = 0
  for (const [token] of text.matchAll(tokens)) {
    if (token.startsWith('//')) continue
    if (/^\s/.test(token)) {
      if (!words.endsWith(' ')) words += ' '
      continue
    }
    if (token === '(') missing++
    else if (token === ')') {
      if (missing > 0) missing--
      else surplus++
    }
    words += token
  }
  return { words: words.trim(), missing, surplus }
}

/** Comment, white space, text in quotes (with escapes), a run of anything else that is no bracket, or one character. */
const tokens = /\/\/[^\n]*|\s+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'()/]+|./gs
