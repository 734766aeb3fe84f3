// Random expressions that the checker accepts, for properties. Numbers are written with a decimal point, so that the
// CEL library's own evaluator (which tells integers from doubles) takes the same texts.
import * as fc from 'fast-check'

export interface Expressions {
  readonly bool: fc.Arbitrary<string>
  readonly number: fc.Arbitrary<string>
}

/** `atoms` are the leaves; every composite is built of them with the operators of the language. */
export function expressions(atoms: {
  readonly bool: readonly string[]
  readonly number: readonly string[]
  readonly text: readonly string[]
}): Expressions {
  const literal = fc.constantFrom('0.0', '1.0', '0.5', '2.0', '3.0', '100.0', '0.03')
  const { bool, number } = fc.letrec<{ bool: string; number: string; text: string }>((tie) => ({
    bool: fc.oneof(
      { depthSize: 'small', withCrossShrink: true, maxDepth: 5 },
      fc.constantFrom(...atoms.bool, 'true', 'false'),
      fc.tuple(tie('bool'), tie('bool')).map(([a, b]) => `(${a} && ${b})`),
      fc.tuple(tie('bool'), tie('bool')).map(([a, b]) => `(${a} || ${b})`),
      tie('bool').map((a) => `!(${a})`),
      fc.tuple(tie('bool'), tie('bool'), tie('bool')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc
        .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc
        .tuple(tie('text'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('text'))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc
        .tuple(tie('bool'), fc.constantFrom('==', '!='), tie('bool'))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      tie('number').map((a) => `(${a} in [1.0, 2.0, 0.5])`),
      tie('text').map((a) => `(${a} in ["web-1", "keep", ""])`),
      tie('text').map((a) => `glob(${a}, "w*b-?")`),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a}).startsWith(${b})`),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a}).contains(${b})`),
      fc.tuple(tie('number'), tie('number'), tie('number')).map(([a, b, c]) => `inRange(${a}, ${b}, ${c})`),
    ),
    number: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      fc.constantFrom(...atoms.number),
      literal,
      fc
        .tuple(tie('number'), fc.constantFrom('+', '-', '*'), tie('number'))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      tie('number').map((a) => `(${a} / 4.0)`),
      tie('number').map((a) => `(-(${a}))`),
      fc.tuple(tie('number'), tie('number')).map(([a, b]) => `min(${a}, ${b})`),
      fc.tuple(tie('number'), tie('number')).map(([a, b]) => `max(${a}, ${b})`),
      fc.tuple(tie('bool'), tie('number'), tie('number')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
    text: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      fc.constantFrom(...atoms.text, '"web-1"', '"keep"', '""'),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
      tie('text').map((a) => `(${a}).upperAscii()`),
    ),
  }))
  return { bool, number }
}
