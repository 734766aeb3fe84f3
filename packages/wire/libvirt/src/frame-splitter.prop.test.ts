import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame, encodeFrame } from './frame.ts'
import { FrameSplitter } from './frame-splitter.ts'
import { LibvirtWireError } from './wire-error.ts'

const header = { program: 7, version: 1, procedure: 3, type: 1, serial: 9, status: 0 }

describe('FrameSplitter', () => {
  it('yields the same messages however the stream is cut', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 })
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(bodies, cuts, (sent, sizes) => {
        const stream = Buffer.concat(sent.map((body) => encodeFrame(header, body)))
        const splitter = new FrameSplitter()
        const found: Uint8Array[] = []
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1
          found.push(...splitter.push(stream.subarray(at, at + size)))
          at += size
        }
        expect(found.map((bytes) => Uint8Array.from(decodeFrame(bytes).body))).toEqual(sent)
        expect(splitter.isInside).toBe(false)
      }),
    )
  })

  it.each([0, 4, 27, 33_554_437, 0xffff_ffff])('refuses a length of %i at its fourth byte', (length) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(length)
    const splitter = new FrameSplitter()
    expect(splitter.push(bytes.subarray(0, 3))).toEqual([])
    expect(() => splitter.push(bytes.subarray(3))).toThrow(LibvirtWireError)
  })

  it('refuses a type and a status the protocol does not have', () => {
    const empty = new Uint8Array()
    expect(() => decodeFrame(encodeFrame({ ...header, type: 5 }, empty))).toThrow('unknown type 5')
    expect(() => decodeFrame(encodeFrame({ ...header, status: 3 }, empty))).toThrow('unknown status 3')
  })
})
