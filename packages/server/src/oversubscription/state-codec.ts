// What strategies carry from scope to scope, deflated: the form in memory between two scopes and in the store.
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { StateCodec } from '@gleaner/engine'

const largestBytes = 64 * 1024 * 1024

export const stateCodec: StateCodec = {
  // A copy: the buffer that zlib gives holds on to a larger one.
  pack: (text) => new Uint8Array(deflateRawSync(text, { level: 1 })),
  unpack: (bytes) => inflateRawSync(bytes, { maxOutputLength: largestBytes }).toString(),
}
