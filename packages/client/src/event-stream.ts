// Reads a server-sent event stream (text/event-stream, WHATWG HTML 9.2.6) from chunks of bytes: yields the data of each
// event, joined by line feeds. Comments (keep-alive) and the fields id and retry are passed over; an event that is cut
// off by the end of the stream is dropped, as the standard says.

export interface StreamEvent {
  readonly type: string
  readonly data: string
}

export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let type = ''
  let data: string[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      rest += decoder.decode(value, { stream: true })
      // A carriage return at the very end may be half of a CRLF: wait for what follows.
      const ready = rest.endsWith('\r') ? rest.length - 1 : rest.length
      const lines = rest.slice(0, ready).split(/\r\n|\n|\r/)
      rest = (lines.pop() ?? '') + rest.slice(ready)
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { type: type || 'message', data: data.join('\n') }
          type = ''
          data = []
        } else if (!line.startsWith(':')) {
          const colon = line.indexOf(':')
          const field = colon < 0 ? line : line.slice(0, colon)
          const content = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
          if (field === 'event') type = content
          else if (field === 'data') data.push(content)
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
