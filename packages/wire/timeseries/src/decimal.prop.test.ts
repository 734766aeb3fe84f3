// Every number that may stand in an answer is read as `Number()` reads it, to the last bit.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readDecimal } from './decimal.ts'

const read = (text: string) => readDecimal(Buffer.from(`x${text},`), 1, 1 + text.length)

it('reads what JavaScript, Go and C print of any double', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: 0, max: 20 }),
      (value, digits) => {
        for (const text of [
          String(value),
          value.toExponential(),
          value.toFixed(digits),
          value.toPrecision(digits + 1),
        ]) {
          expect(Object.is(read(text), Number(text))).toBe(true)
        }
      },
    ),
    { numRuns: 3000 },
  )
})

it('reads decimal texts of any length and power as Number does', () => {
  const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`))
  fc.assert(
    fc.property(
      digits(25),
      fc.option(digits(25)),
      fc.option(fc.integer({ min: -330, max: 330 })),
      (whole, part, power) => {
        const text = `${whole}${part === null ? '' : `.${part}`}${power === null ? '' : `e${power}`}`
        expect(Object.is(read(text), Number(text))).toBe(true)
        expect(Object.is(read(`-${text}`), Number(`-${text}`))).toBe(true)
      },
    ),
    { numRuns: 3000 },
  )
})

it('knows the words for what is no number', () => {
  for (const text of ['NaN', 'nan', 'null']) expect(read(text)).toBeNaN()
  for (const text of ['+Inf', 'Inf', 'Infinity', '+Infinity']) expect(read(text)).toBe(Number.POSITIVE_INFINITY)
  for (const text of ['-Inf', '-Infinity']) expect(read(text)).toBe(Number.NEGATIVE_INFINITY)
})

it('takes nothing else for a number', () => {
  for (const text of [
    '',
    '-',
    '.',
    '1.2.3',
    '1e',
    '1e+',
    'e5',
    '0x10',
    '1_0',
    ' 1',
    '1 ',
    'true',
    '--1',
    '1e5.5',
    'NaNs',
    '12a',
  ])
    expect(read(text)).toBeUndefined()
})
