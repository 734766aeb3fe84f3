// The folder results go to: made, and tried, before anything is worked out, so that minutes of work never end in an error.
import { accessSync, constants, mkdirSync } from 'node:fs'
import { GleanerError } from '@gleaner/model/errors'

export function makeOutFolder(folder: string): void {
  asOut(folder, () => {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK | constants.X_OK)
  })
}

/** What the file system refuses is told as what it is: an --out that cannot be. */
export function asOut<T>(path: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error
    const reason = reasons[String(error.code)] ?? String(error.code)
    throw new GleanerError('lab-option', { option: '--out', value: path, detail: reason })
  }
}

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'that, or a folder above it, is a file',
  ENOTDIR: 'a folder above it is a file',
  EISDIR: 'that is a folder',
  EACCES: 'nothing may be written there',
  EROFS: 'nothing can be written there',
  ENOSPC: 'there is no room left',
}
