// The key that links are signed with. Where the configuration names a secret it follows from that, so that several replicas
// have the same; else it is random, made once, and lies in `<stateDirectory>/link-key`, readable by the owner only. It
// stands in no database, no export and no log: who has an export can sign nothing.
import { hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GleanerError } from '@gleaner/model'

const keyBytes = 32
const shape = /^[0-9a-f]{64}$/

/** What the secret is used for is part of the key: the same secret elsewhere makes another. */
export function keyFromSecret(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'gleaner links v1', keyBytes))
}

export async function keyOfState(stateDirectory: string): Promise<Uint8Array> {
  const file = join(stateDirectory, 'link-key')
  try {
    return (await readKey(file)) ?? (await makeKey(file, stateDirectory))
  } catch (error) {
    if (error instanceof GleanerError) throw error
    const detail = `${file}: ${(error as NodeJS.ErrnoException).code ?? 'it cannot be read'}`
    throw new GleanerError('state-directory-unusable', { directory: stateDirectory, detail }, { cause: error })
  }
}

/** Two that begin at once end with one key: a link to the file is made only where there is none. */
async function makeKey(file: string, directory: string): Promise<Uint8Array> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, `${randomBytes(keyBytes).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
  const made = await readKey(file)
  if (made === undefined) throw unusable(directory, `${file} went away`)
  return made
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  if (!shape.test(text.trim()))
    throw unusable(file, `${file} does not hold a key; remove it, and links that were sent no longer count`)
  return Buffer.from(text.trim(), 'hex')
}

function unusable(directory: string, detail: string): GleanerError {
  return new GleanerError('state-directory-unusable', { directory, detail })
}
