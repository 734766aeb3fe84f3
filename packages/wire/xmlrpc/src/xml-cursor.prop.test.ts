// What the cursor reads of any document equals what the document was written from.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { XmlCursor } from './xml-cursor.ts'

interface Tree {
  readonly name: string
  readonly text: string
  readonly children: readonly Tree[]
}

const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/)
const character = fc.integer({ min: 0x20, max: 0x2fff }).map((code) => String.fromCodePoint(code))
const text = fc.array(fc.oneof(character, fc.constantFrom('&', '<', '>', '"', "'", ']]>', '😀', '&lt;')), {
  maxLength: 8,
})
const own = { name, text: text.map((parts) => parts.join('')) }
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.record({ ...own, children: fc.constant([]) }),
    fc.record({ ...own, children: fc.array(tie('tree'), { maxLength: 4 }) }),
  ),
}))

/** Which of the ways XML has is a matter of the seed: escaped, numbered, or literal. */
function write({ name, text, children }: Tree, way: number): string {
  const content =
    way % 3 === 0
      ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
      : way % 3 === 1
        ? Array.from(text)
            .map((c) => `&#${way % 2 === 0 ? '' : 'x'}${(c.codePointAt(0) ?? 0).toString(way % 2 === 0 ? 10 : 16)};`)
            .join('')
        : `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  const inner = children.map((child, nth) => `${nth % 2 === 0 ? '\n  ' : '<!-- > -->'}${write(child, way + nth)}`)
  if (text === '' && children.length === 0 && way % 2 === 0) return `<${name} a="b>c"/>`
  return `<${name}>${content}${inner.join('')}</${name} >`
}

function read(cursor: XmlCursor, name: string): Tree {
  const children: Tree[] = []
  for (let child = cursor.child(); child !== undefined; child = cursor.child()) children.push(read(cursor, child))
  return { name, text: '', children }
}

const shape = ({ name, children }: Tree): Tree => ({ name, text: '', children: children.map(shape) })

it('tells the elements of any document in their order', () => {
  fc.assert(
    fc.property(tree, fc.nat(100), (tree, way) => {
      const cursor = new XmlCursor(Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${write(tree, way)}\n`))
      expect(read(cursor, cursor.root())).toEqual(shape(tree))
      cursor.end()
    }),
  )
})

it('tells the text of an element however it was written, and nothing of its children', () => {
  fc.assert(
    fc.property(tree, fc.nat(100), (tree, way) => {
      const flat = { ...tree, children: [] }
      const cursor = new XmlCursor(Buffer.from(write(flat, way)))
      cursor.root()
      expect(cursor.text()).toBe(tree.text)
      cursor.end()
      const bytes = new XmlCursor(Buffer.from(write(flat, way)))
      bytes.root()
      expect(Buffer.from(bytes.textBytes()).toString()).toBe(tree.text)
    }),
  )
})

it('passes over what is not asked for to the very end', () => {
  fc.assert(
    fc.property(tree, fc.nat(100), (tree, way) => {
      const cursor = new XmlCursor(Buffer.from(`<A>${write(tree, way)}<Z>here</Z></A>`))
      cursor.root()
      cursor.child()
      cursor.skip()
      expect(cursor.child()).toBe('Z')
      expect(cursor.text()).toBe('here')
      expect(cursor.child()).toBeUndefined()
      cursor.end()
    }),
  )
})

it('reads any cut document to an error, never to the end', () => {
  fc.assert(
    fc.property(
      tree,
      fc.nat(100),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (tree, way, share) => {
        const whole = Buffer.from(write(tree, way))
        const cut = whole.subarray(0, Math.floor(whole.length * share))
        expect(() => {
          const cursor = new XmlCursor(cut)
          cursor.root()
          cursor.skip()
          cursor.end()
        }).toThrow(expect.objectContaining({ fault: 'protocol' }))
      },
    ),
  )
})
