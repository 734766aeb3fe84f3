// One RPC message: a length word (itself included), six header words, a body. Layout and meaning: libvirt's
// virnetprotocol.x. Messages that carry file descriptors are refused: we never ask for any.
import { limits } from './limits.ts'
import { protocolError } from './wire-error.ts'

export const messageTypes = { call: 0, reply: 1, message: 2, stream: 3 } as const
export const messageStatus = { ok: 0, error: 1, continue: 2 } as const

export interface FrameHeader {
  readonly program: number
  readonly version: number
  readonly procedure: number
  readonly type: number
  readonly serial: number
  readonly status: number
}

export interface Frame extends FrameHeader {
  readonly body: Uint8Array
}

/** Length word and header. */
export const frameOverheadBytes = 28

export function encodeFrame(header: FrameHeader, body: Uint8Array): Uint8Array {
  const length = frameOverheadBytes + body.length
  if (length > limits.messageBytes) throw new RangeError(`a message of ${length} bytes is too long to send`)
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, length)
  view.setUint32(4, header.program)
  view.setUint32(8, header.version)
  view.setInt32(12, header.procedure)
  view.setUint32(16, header.type)
  view.setUint32(20, header.serial)
  view.setUint32(24, header.status)
  bytes.set(body, frameOverheadBytes)
  return bytes
}

/** `bytes` is one whole message as FrameSplitter yields it. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const type = view.getUint32(16)
  const status = view.getUint32(24)
  if (type > messageTypes.stream) throw protocolError(`a message of unknown type ${type}`)
  if (status > messageStatus.continue) throw protocolError(`a message of unknown status ${status}`)
  return {
    program: view.getUint32(4),
    version: view.getUint32(8),
    procedure: view.getInt32(12),
    type,
    serial: view.getUint32(20),
    status,
    body: bytes.subarray(frameOverheadBytes),
  }
}
