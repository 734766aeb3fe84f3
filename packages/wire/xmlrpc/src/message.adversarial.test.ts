// Documents that are made to hurt, and documents that are not what they should be: one clear fault each.
import { describe, expect, it } from 'vitest'
import { limits } from './limits.ts'
import { readResponse, textOf, writeCall } from './message.ts'
import { XmlRpcFault } from './wire-error.ts'
import { XmlCursor } from './xml-cursor.ts'

const answer = (value: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><methodResponse><params><param><value>${value}</value></param></params></methodResponse>`
const read = (text: string | Uint8Array) => readResponse(typeof text === 'string' ? Buffer.from(text) : text)
const refused = (message: string | RegExp) =>
  expect.objectContaining({ fault: 'protocol', message: expect.stringMatching(message) as string })

describe('hostile XML', () => {
  const bomb = `<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`

  it('with a document type is refused: no entity is ever defined', () => {
    for (const where of [`<?xml version="1.0"?>${bomb}<methodResponse/>`, `${bomb}<methodResponse/>`]) {
      expect(() => read(where)).toThrow(refused('type declaration'))
    }
    expect(() => read(answer(`<string>${bomb}</string>`))).toThrow(refused('type declaration'))
  })

  it('within a string is plain text there, and refused once it is read as a document', () => {
    const value = read(answer(`<string>${bomb.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}&lt;b/&gt;</string>`))
    if (value.kind !== 'text') throw new Error('no text')
    const inner = value.bytes
    expect(() => new XmlCursor(inner).root()).toThrow(refused('type declaration'))
  })

  it('with an entity that nobody defined is refused', () => {
    for (const entity of [
      '&a;',
      '&lol9;',
      '&;',
      '& ',
      '&#;',
      '&#x110000;',
      '&#0;',
      '&#xD800;',
      '&lt',
      '&#99999999999;',
    ]) {
      expect(() => read(answer(`<string>x${entity}</string>`)), entity).toThrow(refused('&'))
    }
  })

  it('is read down to a depth and no further, and needs no stack for it', () => {
    const nest = (depth: number) => `${'<array><data><value>'.repeat(depth)}1${'</value></data></array>'.repeat(depth)}`
    expect(read(answer(nest(10)))).toMatchObject({ kind: 'array' })
    expect(() => read(answer(nest(1_000_000)))).toThrow(refused('within each other'))
    const skipped = Buffer.from(`<A>${'<B>'.repeat(100_000)}`)
    const cursor = new XmlCursor(skipped)
    cursor.root()
    expect(() => cursor.skip()).toThrow(refused('within each other'))
  })

  it('with a list without end is read up to a bound', () => {
    const items = '<value><i4>1</i4></value>'.repeat(limits.values + 1)
    expect(() => read(answer(`<array><data>${items}</data></array>`))).toThrow(refused('without end'))
  })
})

describe('an encoding that is not UTF-8', () => {
  it('is refused, declared or not', () => {
    expect(() => read(Buffer.from(answer('<string>é</string>'), 'latin1'))).toThrow(refused('not in UTF-8'))
    expect(() => read(Buffer.from(`\ufeff${answer('<i4>1</i4>')}`, 'utf16le'))).toThrow(refused(/UTF-8|root/))
    expect(() => read(answer('<i4>1</i4>').replace('UTF-8', 'ISO-8859-1'))).toThrow(refused('ISO-8859-1'))
    const half = Buffer.from(answer('<string>é</string>'))
    half[half.indexOf(0xa9)] = 0x20
    expect(() => read(half)).toThrow(refused('not in UTF-8'))
  })

  it('is fine as UTF-8 with its mark, and as ASCII', () => {
    expect(read(`\ufeff${answer('<i4>1</i4>')}`)).toEqual({ kind: 'number', number: 1 })
    expect(read(answer('<i4>1</i4>').replace('UTF-8', 'us-ascii'))).toEqual({ kind: 'number', number: 1 })
  })
})

describe('what is not an answer', () => {
  it.each([
    ['', 'ends in the middle'],
    ['   ', 'ends in the middle'],
    ['<html><body>502</body></html>', 'no methodResponse'],
    ['OK<methodResponse/>', 'before the root'],
    ['<methodResponse/>', 'neither'],
    ['<methodResponse><params/></methodResponse>', 'no value'],
    ['<methodResponse><params><param><value>1</param></params></methodResponse>', 'not open'],
    ['<methodResponse></methodRespons>', 'not open'],
    ['</methodResponse>', 'never opened'],
    [`${answer('<i4>1</i4>')}<x/>`, 'follows'],
    [`${answer('<i4>1</i4>')}text`, 'follows'],
    [`${answer('<i4>1</i4>')}<!-- but this --> text`, 'follows'],
    [answer('<i4>1</i4>').replace('</param>', '</param><param/>'), 'more than one'],
    [answer('<i4>1</i4><i4>2</i4>'), 'two types'],
    [answer('<i4>one</i4>'), 'number'],
    [answer('<i4>1.5</i4>'), 'number'],
    [answer('<double>1e5</double>'), 'number'],
    [answer('<boolean>true</boolean>'), 'boolean'],
    [answer('<date>1</date>'), 'unknown type'],
    [answer('<array/>'), 'without data'],
    [answer('<struct><member/></struct>'), 'without a name'],
    [answer('<struct><member><name>a</name></member></struct>'), 'without a value'],
    ['<methodResponse><fault><value>no</value></fault></methodResponse>', 'no code'],
    ['<a<b/>', 'proper name'],
    ['<a b="', 'does not end'],
    ['<a b=c<', 'does not end'],
  ])('%s', (text, message) => {
    expect(() => read(text)).toThrow(refused(message))
  })

  it('is anything that was cut', () => {
    const whole = Buffer.from(answer('<array><data><value>a &amp; b</value><value><i4>1</i4></value></data></array>'))
    expect(read(whole)).toMatchObject({ kind: 'array' })
    for (let length = 0; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length)), String(length)).toThrow(refused(''))
    }
  })
})

describe('a good answer', () => {
  it('is a value of each type, an untyped one a string', () => {
    const values =
      '<value>a&lt;b</value><value><string/></value><value/><value><nil/></value><value><i8>-5</i8></value>'
    const value = read(answer(`<array><data>${values}<value><double>-1.5</double></value></data></array>`))
    if (value.kind !== 'array') throw new Error('no array')
    const shown = value.items.map((item) =>
      item.kind === 'text' ? textOf(item.bytes) : item.kind === 'number' ? item.number : item.kind,
    )
    expect(shown).toEqual(['a<b', '', '', 'nil', -5, -1.5])
  })

  it('or a fault, which says its number and its text', () => {
    const fault = `<methodResponse><fault><value><struct><member><name>faultCode</name><value><i4>-506</i4></value></member>
      <member><name>faultString</name><value><string>Method 'x' not defined</string></value></member></struct></value></fault></methodResponse>`
    const thrown = (() => {
      try {
        return read(fault)
      } catch (error) {
        return error
      }
    })()
    expect(thrown).toBeInstanceOf(XmlRpcFault)
    expect(thrown).toMatchObject({ code: -506, message: "Method 'x' not defined" })
  })
})

describe('a call', () => {
  it('escapes every argument', () => {
    const text = writeCall('one.vm.update', ['a:b&<>"\r\n', 5, true]).toString()
    expect(text).toContain('<string>a:b&amp;&lt;&gt;"&#13;\n</string>')
    expect(text).toContain('<int>5</int>')
    expect(text).toContain('<boolean>1</boolean>')
  })

  it('refuses what XML-RPC cannot say', () => {
    expect(() => writeCall('x', ['\u0000'])).toThrow(TypeError)
    expect(() => writeCall('x', [2 ** 31])).toThrow(TypeError)
    expect(() => writeCall('x', [Number.NaN])).toThrow(TypeError)
    expect(() => writeCall('<x>', [])).toThrow(TypeError)
    expect(() => writeCall('x', ['a'.repeat(limits.requestBytes)])).toThrow(TypeError)
  })

  it('that cannot be written shows nothing of its arguments', () => {
    for (const args of [['secret\u0001'], ['secret'.repeat(limits.requestBytes)]]) {
      expect(() => writeCall('x', args)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining('secret') as string }),
      )
    }
  })
})
