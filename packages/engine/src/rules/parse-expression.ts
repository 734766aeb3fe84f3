// Text to syntax tree, by the CEL library, within hard limits of size. Guarantees: no exception leaves this file, a tree
// has at most 200 nodes, is at most 32 brackets deep, and no list has more than 64 elements. What the names in it mean,
// and what of CEL the rule language keeps, is the checker's business.
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js'
import { type FaultPlace, type RuleFault, ruleFault } from './rule-fault.ts'

export type SyntaxNode = ASTNode

const longestText = 4000
const limits = { maxAstNodes: 200, maxDepth: 32, maxListElements: 64, maxMapEntries: 64, maxCallArguments: 8 }
const environment = new Environment({ limits, enableOptionalTypes: false, homogeneousAggregateLiterals: true })

export function parseExpression(text: string, part: RuleFault['part']): SyntaxNode | RuleFault {
  const whole = { text, part, start: 0, end: Math.min(text.length, 1) }
  if (text.length > longestText)
    return ruleFault('too-long', whole, {
      message: `the expression has ${text.length} characters, at most ${longestText} are allowed`,
    })
  if (text.trim() === '') return ruleFault('syntax', whole, { message: 'the expression is empty' })
  try {
    return environment.parse(text).ast
  } catch (error) {
    if (error instanceof ParseError) return translate(error, { text, part })
    // Only a tree that is too deep for the stack gets here; the limits above make that all but impossible.
    return ruleFault('too-complex', whole, { message: 'the expression is nested too deeply' })
  }
}

export function isFault(value: SyntaxNode | RuleFault): value is RuleFault {
  return 'code' in value
}

function translate(error: ParseError, source: Pick<FaultPlace, 'text' | 'part'>): RuleFault {
  const start = error.range?.start ?? 0
  const place = { ...source, start, end: Math.max(error.range?.end ?? start, start + 1) }
  const rest = source.text.slice(start)
  switch (error.code) {
    case 'limit_exceeded':
      return ruleFault('too-complex', place, {
        message: `the expression is too complex: ${limitWords(error.summary)}`,
        hint: 'Split it into several rules.',
      })
    case 'invalid_macro_argument':
      return ruleFault('not-allowed', place, {
        message: 'loops such as all(), exists(), map() and filter() are not part of the rule language',
        hint: 'Use "in", hasTag() or glob().',
      })
    case 'reserved_identifier':
      return ruleFault('unknown-field', place, { message: `${quote(error.summary.slice(21))} is a reserved word` })
    case 'unterminated_string':
    case 'unterminated_triple_quoted_string':
    case 'newline_in_string':
      return ruleFault('syntax', place, { message: 'a text has no closing quote' })
    default:
      return ruleFault('syntax', place, { message: syntaxWords(error, rest), ...hintFor(rest) })
  }
}

function syntaxWords(error: ParseError, rest: string): string {
  const expected = /^Expected (\w+), got (\w+)$/.exec(error.summary)
  if (expected) return `expected ${tokenWords(expected[1])}, found ${foundWords(expected[2], rest)}`
  if (error.code === 'unexpected_token')
    return rest.trim() === '' ? 'the expression ends too early' : `unexpected ${foundWords(undefined, rest)}`
  if (error.code === 'unexpected_character') return `unexpected ${foundWords(undefined, rest)}`
  return error.summary.charAt(0).toLowerCase() + error.summary.slice(1)
}

function hintFor(rest: string): { hint?: string } {
  const word = /^(and|or|not|&|\||=|<>|'|;)/i.exec(rest)?.[1]?.toLowerCase()
  const hint = word === undefined ? undefined : hints[word]
  return hint === undefined ? {} : { hint }
}

const hints: Readonly<Record<string, string>> = {
  and: 'Write "&&".',
  or: 'Write "||".',
  not: 'Write "!".',
  '&': 'Write "&&".',
  '|': 'Write "||".',
  '=': 'Compare with "==".',
  '<>': 'Write "!=".',
  ';': 'A rule is one expression; join conditions with "&&".',
}

const tokens: Readonly<Record<string, string>> = {
  EOF: 'the end',
  RPAREN: '")"',
  LPAREN: '"("',
  RBRACKET: '"]"',
  RBRACE: '"}"',
  COLON: '":"',
  COMMA: '","',
  IDENTIFIER: 'a name',
}

const tokenWords = (token: string | undefined) => tokens[token ?? ''] ?? 'something else'
const foundWords = (token: string | undefined, rest: string) =>
  token === 'EOF' || rest.trim() === '' ? 'the end' : quote(/^(\w+|\S)/.exec(rest)?.[1] ?? '')
const quote = (text: string) => `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`

function limitWords(summary: string): string {
  if (summary.includes('maxAstNodes')) return `more than ${limits.maxAstNodes} parts`
  if (summary.includes('maxDepth')) return `more than ${limits.maxDepth} levels of brackets`
  if (summary.includes('maxListElements')) return `a list of more than ${limits.maxListElements} elements`
  if (summary.includes('maxCallArguments')) return `more than ${limits.maxCallArguments} arguments`
  return summary
}
