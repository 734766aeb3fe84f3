// The two documents of XML-RPC: what is sent and what comes back. What comes back is one value or a fault; everything else
// is a fault of the protocol.
import { limits } from './limits.ts'
import { readValue, type RpcArgument, type RpcValue, writeValue } from './value.ts'
import { protocolError, XmlRpcFault } from './wire-error.ts'
import { XmlCursor } from './xml-cursor.ts'

export function writeCall(method: string, args: readonly RpcArgument[]): Buffer {
  if (!/^[A-Za-z0-9_.:/]{1,200}$/.test(method)) throw new TypeError(`${method} is no name of a method`)
  const params = args.map((value) => `<param>${writeValue(value)}</param>`).join('')
  const body = Buffer.from(
    `<?xml version="1.0"?>\n<methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>\n`,
  )
  if (body.length > limits.requestBytes) throw new TypeError(`a call of ${body.length} bytes is too long`)
  return body
}

/** The value of the answer; throws the XmlRpcFault it holds, or an XmlRpcWireError. */
export function readResponse(bytes: Uint8Array): RpcValue {
  const cursor = new XmlCursor(bytes)
  if (cursor.root() !== 'methodResponse') throw protocolError('the answer is no methodResponse')
  const what = cursor.child()
  if (what === 'fault') throw readFault(cursor)
  if (what !== 'params') throw protocolError('the answer holds neither a value nor a fault')
  if (cursor.child() !== 'param' || cursor.child() !== 'value') throw protocolError('the answer holds no value')
  const value = readValue(cursor)
  finish(cursor)
  return value
}

function readFault(cursor: XmlCursor): XmlRpcFault {
  if (cursor.child() !== 'value') throw protocolError('the fault holds no value')
  const fault = readValue(cursor)
  finish(cursor)
  const members = fault.kind === 'struct' ? fault.members : undefined
  const [code, text] = [members?.get('faultCode'), members?.get('faultString')]
  if (code?.kind !== 'number' || text?.kind !== 'text') throw protocolError('the fault has no code or no text')
  return new XmlRpcFault(code.number, textOf(text.bytes))
}

/** Exactly one of each: what encloses the value ends now. */
function finish(cursor: XmlCursor): void {
  while (!cursor.isDone) if (cursor.child() !== undefined) throw protocolError('the answer holds more than one value')
  cursor.end()
}

/** Decodes the bytes of a text value. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
