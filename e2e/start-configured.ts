// A server with a configuration of its own, without a browser's login, ready when it has read its hosts; gone with its folder
// after stop().
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram, until } from './process.ts'

export interface ConfiguredServer {
  readonly url: string
  read<T>(path: string): Promise<T>
  /** With the origin that a page of the server would have; throws unless it is done. */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<void>
  stop(): Promise<void>
}

export async function startConfigured(yaml: string): Promise<ConfiguredServer> {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-e2e-'))
  writeFileSync(join(folder, 'gleaner.yaml'), yaml)
  const program = startProgram(['tools/start.mjs', '--config', join(folder, 'gleaner.yaml')], {
    env: { GLEANER_STATE_DIR: join(folder, 'state'), GLEANER_LISTEN: '127.0.0.1:0' },
  })
  const stop = async () => {
    program.process.kill('SIGTERM')
    await program.exited
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const url = (await program.says(/(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? ''
    async function read<T>(path: string): Promise<T> {
      const response = await fetch(url + path)
      if (!response.ok) throw new Error(`${path}: ${response.status}`)
      return (await response.json()) as T
    }
    await until('the first reading of the cloud', async () =>
      (await read<{ items: unknown[] }>('/api/v1/hosts')).items.length > 0 ? true : undefined,
    )
    return {
      url,
      read,
      send: async (method, path, body) => {
        const response = await fetch(url + path, {
          method,
          headers: { origin: url, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw new Error(`the server did not come up:\n${program.output()}`, { cause: error })
  }
}
