// Nothing outside the octets that were given is read, whatever they say about their length.
import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { DerFault, derNode, derNodes, derOid, derTimeMs } from './der.ts'
import { readRevocationLists } from './revocation-list.ts'
import { makeAuthority, makeRevocationList } from '../../testing/make-certificate.ts'
import { X509Certificate } from 'node:crypto'

describe('DER', () => {
  it.each([
    ['nothing', []],
    ['a tag alone', [0x30]],
    ['a length beyond the end', [0x30, 0x05, 0x01]],
    ['an indefinite length', [0x30, 0x80, 0x00, 0x00]],
    ['a length of five octets', [0x30, 0x85, 0, 0, 0, 0, 1, 0]],
    ['a length that is cut off', [0x30, 0x82, 0x01]],
    ['4 GiB', [0x30, 0x84, 0xff, 0xff, 0xff, 0xff]],
    ['a tag of several octets', [0x1f, 0x81, 0x01, 0x00]],
  ])('with %s is a fault', (_, octets) => {
    expect(() => derNode(Uint8Array.from(octets))).toThrow(DerFault)
  })

  it('of any octets is nodes within them, or a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        try {
          let total = 0
          for (const node of derNodes(octets)) total += node.whole.length
          expect(total).toBe(octets.length)
        } catch (error) {
          expect(error).toBeInstanceOf(DerFault)
        }
      }),
    )
  })

  it('refuses endless object identifiers and times that are none', () => {
    expect(() => derOid(new Uint8Array(40).fill(0xff))).toThrow(DerFault)
    for (const text of ['260101000000', '2601010000Z', '260101000000+0100', '20260101000000Z'])
      expect(() => derTimeMs({ tag: 0x17, content: Buffer.from(text), whole: Buffer.of() })).toThrow(DerFault)
    expect(derTimeMs({ tag: 0x17, content: Buffer.from('491231235959Z'), whole: Buffer.of() })).toBe(
      Date.UTC(2049, 11, 31, 23, 59, 59),
    )
    expect(derTimeMs({ tag: 0x18, content: Buffer.from('20500101000000Z'), whole: Buffer.of() })).toBe(
      Date.UTC(2050, 0, 1),
    )
  })

  it('of a revocation list cut off or changed anywhere is a fault, never an empty list', () => {
    const authority = makeAuthority()
    const trusted = [new X509Certificate(authority.pem)]
    const list = Buffer.from(
      makeRevocationList(authority, { serials: [7] }).replace(/-----[^-]+-----|\s/g, ''),
      'base64',
    )
    expect(readRevocationLists(list, trusted)[0]?.serials).toEqual(new Set(['7']))
    for (let length = 0; length < list.length; length += 7)
      expect(() => readRevocationLists(list.subarray(0, length), trusted), `${length} octets`).toThrow()
    for (let at = 0; at < list.length; at += 5) {
      const spoilt = Buffer.from(list)
      spoilt.writeUInt8((spoilt.readUInt8(at) + 1) % 256, at)
      expect(() => readRevocationLists(spoilt, trusted), `octet ${at}`).toThrow()
    }
  })
})
