// However the bytes are cut: what is not edited comes out byte by byte, and what is edited reads as if the whole had been
// parsed, changed and written.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonEdits, JsonEditor, place } from './json-editor.ts'

async function edited(bytes: Uint8Array, cuts: readonly number[], edits: JsonEdits): Promise<Buffer> {
  const editor = new JsonEditor(edits)
  const out: Buffer[] = []
  editor.on('data', (chunk: Buffer) => out.push(chunk))
  const done = new Promise((resolve, reject) => {
    editor.once('end', resolve)
    editor.once('error', reject)
  })
  const marks = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  for (let i = 1; i < marks.length; i++) editor.write(Buffer.from(bytes.subarray(marks[i - 1], marks[i])))
  editor.end()
  await done
  return Buffer.concat(out)
}

const untouched: JsonEdits = { wants: () => true, string: () => undefined, end: () => undefined }
const cuts = fc.array(fc.nat(), { maxLength: 12 })
const nasty = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '\\"', '{}', ' ', 'é💥'))
const json = fc.json({ stringUnit: 'binary', maxDepth: 6 })
const indented = fc
  .tuple(fc.jsonValue(), fc.constantFrom(0, 1, 4))
  .map(([value, spaces]) => JSON.stringify(value, null, spaces))

describe('text that is not edited', () => {
  it('comes out as it went in, JSON or not', async () => {
    const garbage = fc.oneof(fc.uint8Array({ maxLength: 300 }), jsonLike)
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, indented, nasty).map(bytesOf), garbage, cuts, async (text, rubbish, at) => {
        expect(await edited(text, at, untouched)).toEqual(Buffer.from(text))
        expect(await edited(rubbish, at, untouched)).toEqual(Buffer.from(rubbish))
      }),
      { numRuns: 300 },
    )
  })
})

/** Made of what JSON is made of, and hardly ever JSON. */
const jsonLike = fc
  .string({ unit: fc.constantFrom(...'{}[]",:\\ \ntruefalse0'.split('')), maxLength: 200 })
  .map(bytesOf)

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text)
}

describe('text that is edited', () => {
  const key = fc.constantFrom('id', 'tags', 'links', 'href', 'a', '', '*', 'links\n*\nhref\n')
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 5 }, fc.string(), fc.integer(), fc.boolean(), tie('list'), tie('object')),
    list: fc.array(tie('any'), { maxLength: 4 }),
    object: fc.dictionary(key, tie('any'), { maxKeys: 5 }),
  })).object

  /** The same edits on parsed values: strings at `href` in a list named links are marked, objects at x[] get a member. */
  function expected(node: unknown, path: readonly string[]): unknown {
    if (typeof node === 'string') return isLink(path) ? `moved ${node}` : node
    if (Array.isArray(node)) return node.map((each) => expected(each, [...path, '*']))
    if (typeof node !== 'object' || node === null) return node
    const entries = Object.entries(node).map(([name, each]) => [name, expected(each, [...path, name])] as const)
    return Object.fromEntries(path.at(-1) === '*' ? [...entries, ['added', true] as const] : entries)
  }
  const isLink = (path: readonly string[]) => path.at(-1) === 'href' && path.at(-2) === '*' && path.at(-3) === 'links'
  const edits: JsonEdits = {
    wants: (at) => at.endsWith(place('links', '*', 'href')),
    string: (text) => `moved ${text}`,
    end: (at) => (at === '*\n' || at.endsWith('\n*\n') ? '"added": true' : undefined),
  }

  it('reads as if it had been changed as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(value, fc.constantFrom(undefined, 2), cuts, async (node, spaces, at) => {
        const text = Buffer.from(JSON.stringify(node, null, spaces))
        expect(JSON.parse((await edited(text, at, edits)).toString())).toEqual(expected(node, []))
      }),
      { numRuns: 500 },
    )
  })
})
