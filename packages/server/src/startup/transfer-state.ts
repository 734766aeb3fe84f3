// Writes the whole state to a file, beside a running server or without one; and reads a file into an empty state, which
// no server may be using. A file that was begun is not left behind half written.
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GleanerError } from '@gleaner/model'
import type { Store } from '@gleaner/ports'
import { attachStore } from '@gleaner/store'
import type { Config } from '../config/config.ts'
import { openState } from './open-store.ts'
import { type StepReporter, silent } from './progress.ts'

export async function exportState(
  config: Config,
  file: string,
  reporter: StepReporter = silent,
): Promise<{ readonly bytes: number }> {
  const { stateDirectory, databaseUrl } = config
  const running = await attachStore({ stateDirectory, databaseUrl })
  const { store, close } = running === undefined ? await openState(config, reporter) : asOpened(running)
  const draft = `${file}.part`
  let bytes = 0
  try {
    const source = Readable.from(counted(store.exportState(), (size) => (bytes += size)))
    await pipeline(source, createWriteStream(draft, { mode: 0o600 }))
    await rename(draft, file)
    return { bytes }
  } catch (error) {
    await rm(draft, { force: true })
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new GleanerError('file-unreadable', { file, detail: (error as Error).message }, { cause: error })
  } finally {
    await close()
  }
}

export async function restoreState(
  config: Config,
  file: string,
  reporter: StepReporter = silent,
): Promise<{ readonly rows: number }> {
  const source = createReadStream(file)
  // A file that cannot be opened is the caller's fault; nothing is started for it.
  await new Promise<void>((resolve, reject) => {
    source.once('open', () => resolve())
    source.once('error', (error) =>
      reject(new GleanerError('file-unreadable', { file, detail: error.message }, { cause: error })),
    )
  })
  const { store, close } = await openState(config, reporter)
  try {
    return await store.restoreState(source)
  } finally {
    source.destroy()
    await close()
  }
}

function asOpened(store: Store): { readonly store: Store; readonly close: () => Promise<void> } {
  return { store, close: () => store.close() }
}

async function* counted(source: AsyncIterable<Uint8Array>, add: (size: number) => void): AsyncIterable<Uint8Array> {
  for await (const chunk of source) {
    add(chunk.byteLength)
    yield chunk
  }
}
