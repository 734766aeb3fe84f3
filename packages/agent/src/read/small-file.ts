// Small files of /proc and /sys, read at once into one buffer that is used again: they change all the time and have no size.
import { closeSync, openSync, readSync } from 'node:fs'

let buffer = Buffer.allocUnsafe(64 * 1024)
const mostBytes = 8 * 1024 * 1024

/** Throws what the system throws. */
export function readSmallFile(path: string): string {
  const fd = openSync(path, 'r')
  try {
    let length = 0
    for (;;) {
      const count = readSync(fd, buffer, length, buffer.length - length, null)
      if (count === 0) return buffer.toString('utf8', 0, length)
      length += count
      if (length < buffer.length) continue
      if (length >= mostBytes) throw new Error(`${path}: larger than ${mostBytes} bytes`)
      const larger = Buffer.allocUnsafe(buffer.length * 2)
      buffer.copy(larger)
      buffer = larger
    }
  } finally {
    closeSync(fd)
  }
}
