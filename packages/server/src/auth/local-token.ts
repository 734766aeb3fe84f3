// The token of whoever can read the state directory: with it the command line works on the machine of the server without
// any set-up. It is made anew at every start, lies in `<stateDirectory>/cli-token` readable by the owner only, is kept
// by the server as a hash in memory, never in the database, and the file is removed at the end if it is still this one.
import { timingSafeEqual } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GleanerError } from '@gleaner/model'
import { hashSecret, newSecret } from './token-secret.ts'

export function localTokenFile(stateDirectory: string): string {
  return join(stateDirectory, 'cli-token')
}

export class LocalToken {
  readonly #file: string
  readonly #secret: string
  readonly #hash: Uint8Array

  private constructor(file: string, secret: string) {
    this.#file = file
    this.#secret = secret
    this.#hash = hashSecret(secret)
  }

  /** Writes the file beside its place and moves it there, so that no reader sees half of it or other rights. */
  static async create(stateDirectory: string): Promise<LocalToken> {
    const file = localTokenFile(stateDirectory)
    const token = new LocalToken(file, newSecret())
    const draft = `${file}.${process.pid}`
    try {
      await rm(draft, { force: true })
      await writeFile(draft, `${token.#secret}\n`, { mode: 0o600, flag: 'wx' })
      await rename(draft, file)
    } catch (error) {
      throw new GleanerError(
        'state-directory-unusable',
        { directory: stateDirectory, detail: (error as NodeJS.ErrnoException).code ?? 'the token cannot be written' },
        { cause: error },
      )
    }
    return token
  }

  matches(hash: Uint8Array): boolean {
    return hash.length === this.#hash.length && timingSafeEqual(hash, this.#hash)
  }

  async remove(): Promise<void> {
    const found = await readFile(this.#file, 'utf8').catch(() => undefined)
    if (found?.trim() === this.#secret) await rm(this.#file, { force: true })
  }
}
