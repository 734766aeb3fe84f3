// The bytes of a file, plain or gzip (told by the first two bytes, not by the name), chunk by chunk. Progress counts the
// bytes of the file as it lies on the disk. A compressed file that ends too early gives what it holds and then says so; one
// whose data are damaged may have given anything before that was noticed, and is refused.
import { createReadStream, openSync, readSync, closeSync } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { GleanerError } from '@gleaner/model/errors'

export interface ByteSource {
  readonly file: string
  readonly onBytes: (count: number) => void
}

/** Thrown after the last good byte of a compressed file that is cut off. */
export class CutOff extends Error {}

export async function* readBytes({ file, onBytes }: ByteSource): AsyncGenerator<Buffer> {
  const raw = createReadStream(file, { highWaterMark: 1 << 20 })
  raw.on('data', (chunk) => onBytes(chunk.length))
  if (!isGzip(file)) {
    for await (const chunk of raw) yield chunk as Buffer
    return
  }
  const gunzip = createGunzip({ chunkSize: 1 << 18 })
  raw.on('error', (error) => gunzip.destroy(error))
  raw.pipe(gunzip)
  let given = 0
  try {
    for await (const chunk of gunzip) {
      given += (chunk as Buffer).length
      yield chunk as Buffer
    }
  } catch (error) {
    if (isEndOfFile(error)) throw new CutOff('the compressed data are cut off', { cause: error })
    const detail = 'the compressed data are damaged'
    throw new GleanerError(
      'trace-unreadable',
      { file, detail, position: `after byte ${given} of them` },
      { cause: error },
    )
  } finally {
    raw.destroy()
  }
}

/** Only then is everything before it as it was written: damage is noticed late, by a checksum at the end if at all. */
function isEndOfFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR'
}

export function firstBytes(file: string, count: number): Buffer {
  const handle = openSync(file, 'r')
  try {
    const buffer = Buffer.alloc(count)
    return buffer.subarray(0, readSync(handle, buffer, 0, count, 0))
  } finally {
    closeSync(handle)
  }
}

export function isGzip(file: string): boolean {
  const head = firstBytes(file, 2)
  return head[0] === 0x1f && head[1] === 0x8b
}
