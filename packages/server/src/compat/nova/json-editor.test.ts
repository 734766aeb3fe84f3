import { describe, expect, it } from 'vitest'
import { type JsonEdits, JsonEditor, place } from './json-editor.ts'

function edit(edits: Partial<JsonEdits>, ...chunks: readonly string[]): string {
  const editor = new JsonEditor({ wants: () => false, string: () => undefined, end: () => undefined, ...edits })
  let out = ''
  editor.on('data', (chunk: Buffer) => (out += chunk.toString('latin1')))
  for (const chunk of chunks) editor.write(Buffer.from(chunk, 'latin1'))
  editor.end()
  editor.read()
  return Buffer.from(out, 'latin1').toString()
}

const everything: Partial<JsonEdits> = { wants: () => true, string: (text) => text.toUpperCase() }

describe('a value', () => {
  it('is seen decoded, and written so that it can be read', () => {
    const seen: string[] = []
    const text = '{"a": "x\\u00e9\\n\\"y\\\\"}'
    const out = edit({ wants: () => true, string: (value) => (seen.push(value), 'quote " and \\') }, text)
    expect(seen).toEqual(['xé\n"y\\'])
    expect(JSON.parse(out)).toEqual({ a: 'quote " and \\' })
  })

  it('keeps its bytes when nothing is put in its place, escapes included', () => {
    const text = '{"a" : "\\u0041\\/b" , "n": 1.10e+02}'
    expect(edit({ wants: () => true }, text)).toBe(text)
  })

  it('longer than anything nova writes is passed without a look', () => {
    const long = 'x'.repeat(100_000)
    const half = long.slice(0, 50_000)
    expect(edit(everything, `{"a":"${half}`, `${half}","b":"y"}`)).toBe(`{"a":"${long}","b":"Y"}`)
  })

  it('that is no valid string is left alone', () => {
    expect(edit(everything, '{"a":"\\x","b":"y"}')).toBe('{"a":"\\x","b":"Y"}')
  })
})

describe('members added at the end of an object', () => {
  const end = (at: string) => (at === place('server') ? '"flag": true' : undefined)

  it('stand behind the others, or alone', () => {
    expect(edit({ end }, '{"server": {"id": 1}}')).toBe('{"server": {"id": 1, "flag": true}}')
    expect(edit({ end }, '{"server": {}}')).toBe('{"server": {"flag": true}}')
    expect(edit({ end }, '{"server": { \n}}')).toBe('{"server": { \n"flag": true}}')
    expect(edit({ end }, '{"server": {"a": {}}}')).toBe('{"server": {"a": {}, "flag": true}}')
  })

  it('are for the object at that place only', () => {
    const text = '{"other": {"server": {"id": 1}}, "server": [{"id": 2}]}'
    expect(edit({ end }, text)).toBe(text)
  })
})

describe('what is no JSON', () => {
  it.each([
    ['a list closed as an object', '{"server": [1, 2}, "a": "x"}'],
    ['more closed than opened', '}}]{"a": "x"}'],
    ['nested beyond all sense', `${'['.repeat(1000)}"x"${']'.repeat(1000)}`],
  ])('%s passes unchanged from there on', (_name, text) => {
    expect(edit(everything, text)).toBe(text)
  })

  it('a key with a line break in it does not make a place', () => {
    const text = '{"links\n*\nhref": "http://nova"}'
    expect(edit({ wants: (at) => at === place('links', '*', 'href'), string: () => 'moved' }, text)).toBe(text)
  })

  it('a key without an end does not fill the memory', () => {
    const key = 'k'.repeat(100_000)
    expect(edit(everything, '{"', key, key, '": "x"}')).toBe(`{"${key}${key}": "x"}`)
  })

  it('an end in the middle of a value loses nothing', () => {
    expect(edit(everything, '{"a": "unfini')).toBe('{"a": "unfini')
  })
})
