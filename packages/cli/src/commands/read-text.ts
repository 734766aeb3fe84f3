// A file that a command is given, by its path in the caller's folder; `-` is the standard input.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { GleanerError } from '@gleaner/model'
import type { Io } from '../io.ts'

/** Throws `file-unreadable`. */
export function readText(file: string, io: Pick<Io, 'directory'>): string {
  try {
    return readFileSync(file === '-' ? 0 : resolve(io.directory, file), 'utf8')
  } catch (error) {
    throw new GleanerError('file-unreadable', { file, detail: (error as Error).message }, { cause: error })
  }
}
