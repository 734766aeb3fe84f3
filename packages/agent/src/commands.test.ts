// What a person reads: of a configuration file of PowerNap what is watched because of it, and what would be without it, so that nobody takes
// over its blindness unknowingly; of a token that could not be used whether it still counts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { agentJoin, agentPowerNap, agentWish, type OwnerWords } from './commands.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gleaner-commands-'))))
afterEach(() => rmSync(folder, { recursive: true }))

async function told(text: string): Promise<readonly string[]> {
  const file = join(folder, 'config')
  writeFileSync(file, text)
  const lines: string[] = []
  const io = { out: (line: string) => lines.push(line), err: () => {}, signal: new AbortController().signal }
  expect(await agentPowerNap(file, {}, io)).toBe(0)
  return lines.join('').split('\n')
}

it('tells what the file leaves unseen: the one that Fogbow ships sees nobody over ssh or at a remote desktop', async () => {
  const lines = await told(
    '[fogbow-powernap]\nABSENT_SECONDS = 1200\n[InputMonitor]\nkeyboard = y\nmouse = y\n[PS2Monitor]\ni8042 = y\n',
  )
  expect(lines).toContain('watched: keyboard, calm for 1200 s')
  expect(lines).toContain('not watched by this file, but without it: terminals, sessions, ports, load, battery, lid')
})

it('a file that watches nothing never lends', async () => {
  expect(await told('[powernap]\n')).toContain('nothing is watched, so the machine is never lent')
})

it('joins only where the key can be kept, and takes no other server for one that refuses the token', async () => {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(501).end('<html>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const joined = async (stateDirectory: string) => {
    const config = join(folder, 'agent.yaml')
    writeFileSync(config, `stateDirectory: ${stateDirectory}\n`)
    const lines: string[] = []
    const io = { out: () => {}, err: (line: string) => lines.push(line), signal: new AbortController().signal }
    expect(await agentJoin({ config, server: address, token: 'glj_x' }, io)).toBe(1)
    return lines.join('')
  }
  const unkept = await joined(join(folder, 'agent.yaml/state'))
  expect(unkept).toContain('the key could not be kept: ENOTDIR')
  expect(unkept).toContain('the token still counts')
  expect(asked).toEqual([])
  const elsewhere = await joined(join(folder, 'state'))
  expect(elsewhere).toContain(`${address} is not Gleaner, or a proxy before it refuses: the server answered with 501`)
  expect(elsewhere).toContain('the token still counts')
  await new Promise((resolve) => server.close(resolve))
})

it.each<[Omit<OwnerWords, 'ask'>, string]>([
  [{ until: '25:00' }, '"25:00" is no time of day such as 18:00'],
  [{ until: '18:00', forMs: 1000 }, 'either for so long or until then'],
  [{ forMs: 400 * 86_400_000 }, 'at most 366 days can be asked for'],
])('what an owner cannot wish is told before an agent is asked: %j', async (words, what) => {
  const lines: string[] = []
  const io = { out: () => {}, err: (line: string) => lines.push(line), signal: new AbortController().signal }
  const config = join(folder, 'no-such-file.yaml')
  expect(await agentWish({ ask: 'lend', ...words }, { config }, io)).toBe(2)
  expect(lines.join('')).toContain(what)
})
