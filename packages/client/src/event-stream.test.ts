import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEventStream, type StreamEvent } from './event-stream.ts'

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

async function read(chunks: readonly Uint8Array[]): Promise<StreamEvent[]> {
  const events: StreamEvent[] = []
  for await (const event of readEventStream(streamOf(chunks))) events.push(event)
  return events
}

const bytes = (text: string) => new TextEncoder().encode(text)

describe('readEventStream', () => {
  it('reads events, joins data lines, passes comments over', async () => {
    const text =
      ': hi\n\nevent: plan\ndata: {"a":1}\n\nretry: 5\nid: 7\ndata:x\ndata: y\n\nevent: empty\n\ndata: last\n\n'
    expect(await read([bytes(text)])).toEqual([
      { type: 'plan', data: '{"a":1}' },
      { type: 'message', data: 'x\ny' },
      { type: 'message', data: 'last' },
    ])
  })

  it('drops an event that the end cuts off', async () => {
    expect(await read([bytes('data: whole\n\ndata: half\n')])).toEqual([{ type: 'message', data: 'whole' }])
  })

  it('reads the same however the bytes are cut and whatever ends the lines', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 60 })
    const contents = fc.array(
      fc.string({ unit: 'grapheme' }).map((s) => s.replace(/[\r\n]/g, ' ')),
      { minLength: 1 },
    )
    await fc.assert(
      fc.asyncProperty(contents, cuts, fc.constantFrom('\n', '\r\n', '\r'), async (data, sizes, end) => {
        const all = bytes(data.map((d) => `event: e${end}data: ${d}${end}${end}`).join('') + end)
        const chunks: Uint8Array[] = []
        for (let at = 0, i = 0; at < all.length; i++) {
          const size = sizes[i % sizes.length] ?? 1
          chunks.push(all.slice(at, at + size))
          at += size
        }
        expect(await read(chunks)).toEqual(data.map((d) => ({ type: 'e', data: d })))
      }),
    )
  })
})
