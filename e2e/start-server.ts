// The whole product for a test: npm start's script with a state directory and a port of its own, ready when it has read its
// simulated datacentre and made a plan; gone, with its directory, after stop(). GLEANER_TEST_URL names a server that runs
// already, which is then used and left alone.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram, until } from './process.ts'

export interface RunningServer {
  readonly url: string
  readonly stop: () => Promise<void>
}

export async function startServer(env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const given = process.env['GLEANER_TEST_URL']
  if (given !== undefined) return { url: given, stop: async () => {} }
  const base = mkdtempSync(join(tmpdir(), 'gleaner-e2e-'))
  const state = join(base, 'state')
  const program = startProgram(['tools/start.mjs'], {
    env: { GLEANER_STATE_DIR: state, GLEANER_LISTEN: '127.0.0.1:0', ...env },
  })
  const stop = async () => {
    program.process.kill('SIGTERM')
    await program.exited
    rmSync(base, { recursive: true, force: true })
  }
  try {
    const url = (await program.says(/(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? ''
    await until('the first plan with proposals', async () => {
      const response = await fetch(`${url}/api/v1/plan`)
      const plan = response.ok ? ((await response.json()) as { proposals: readonly unknown[] }) : undefined
      return plan !== undefined && plan.proposals.length > 0 ? true : undefined
    })
    return { url, stop }
  } catch (error) {
    await stop()
    throw new Error(`the server did not come up:\n${program.output()}`, { cause: error })
  }
}
