// Each *.script.txt is run and compared with the *.out.txt beside it. GOLDEN=update writes what came out, to be read and
// committed with the change that caused it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runScript } from './run-script.ts'

const folder = import.meta.dirname
const scripts = readdirSync(folder).filter((name) => name.endsWith('.script.txt'))

test('there are scripts', () => {
  expect(scripts.length).toBeGreaterThan(3)
})

test.each(scripts)('%s', (name) => {
  const expected = join(folder, name.replace('.script.txt', '.out.txt'))
  const output = runScript(readFileSync(join(folder, name), 'utf8'))
  if (process.env['GOLDEN'] === 'update') writeFileSync(expected, output)
  expect(existsSync(expected)).toBe(true)
  expect(output).toBe(readFileSync(expected, 'utf8'))
})

test('a script with a mistake in it is refused', () => {
  expect(() => runScript('frobnicate')).toThrow('no command "frobnicate"')
  expect(() => runScript('cycle soon')).toThrow('"soon" is no duration')
})
