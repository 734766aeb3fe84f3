import { describe, expect, it } from 'vitest'
import { readLine } from './read-line.ts'

describe('a line of a wattmeter', () => {
  it.each([
    ['wattsup', '#d,-,18,1234,2301,5370,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0;', '1', 123.4],
    ['wattsup', ' #d,,18,0,2301;\r', '1', 0],
    ['plain', '212.5', '1', 212.5],
    ['plain', '212 W', '1', 212],
    ['plain', '3 180', '3', 180],
    ['plain', 'kvm1=95.5W', 'kvm1', 95.5],
    ['plain', 'a,-4', 'a', -4],
    ['plain', 'a 65535', 'a', 65535],
  ] as const)('%s: %s', (format, line, outlet, powerW) => {
    expect(readLine(line, format)).toEqual({ outlet, powerW })
  })

  it.each([
    ['wattsup', '#d,-,18,_,2301;'],
    ['wattsup', '#d,-,18,;'],
    ['plain', 'a ***'],
    ['plain', '1e5'],
  ] as const)('%s: %s has no number', (format, line) => {
    expect(readLine(line, format)?.powerW).toBeNaN()
  })

  it.each([
    ['wattsup', '#v,-,1,2;'],
    ['wattsup', '123.4'],
    ['plain', ''],
    ['plain', '# comment'],
    ['plain', 'HTTP/1.1 400 Bad Request'],
  ] as const)('%s: %j is no reading', (format, line) => {
    expect(readLine(line, format)).toBeUndefined()
  })
})
