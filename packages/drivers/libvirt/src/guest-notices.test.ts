// A notice on its way to a guest: the channel on a real socket, and the real script of the guest run by this machine's sh,
// its device a named pipe.
import { execFileSync, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { VirtualClock } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noticeLine, parseGotLine } from './notice-line.ts'
import { ReportHub } from './report-hub.ts'

const script = fileURLToPath(new URL('../../../../integrations/guest/gleaner-notices', import.meta.url))
const notice = {
  id: 'ntc_1',
  kind: 'announced',
  sentence: 'web-1 will be stopped.',
  dueAtMs: 1_700_000_000_500,
} as const
const never = new AbortController().signal

let folder: string
const closing: (() => unknown)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gl-'))
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await holds()); turn++) {
    if (turn > 6000) throw new Error('it did not come about')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('the line', () => {
  it('is one line of printable ASCII, whatever stands in a name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (sentence) => {
        const line = noticeLine({ ...notice, sentence })
        expect(line).toMatch(/^[\x20-\x7e]+\n$/)
        expect(line.length).toBeLessThan(1000)
      }),
    )
    expect(noticeLine(notice)).toMatch(
      /^GLEANER-NOTICE v=1 id=ntc_1 kind=announced due=1700000001 text=web-1 will be stopped\. len=85\n$/,
    )
  })

  it('is answered by a whole line or by none', () => {
    expect(parseGotLine('GLEANER-GOT v=1 id=ntc_1 len=24')).toBe('ntc_1')
    expect(parseGotLine('GLEANER-GOT v=1 id=ntc_1 len=24\r')).toBe('ntc_1')
    for (const line of ['GLEANER-GOT v=1 id=ntc_1', 'GLEANER-GOT v=1 id=ntc_1 len=23', 'GLEANER-GOT v=1 id=a b len=21'])
      expect(parseGotLine(line)).toBeUndefined()
  })
})

describe('the channel', () => {
  it('tells a guest that reports, and knows from its answer that it has it', async () => {
    const path = join(folder, 'gleaner.sock')
    const heard: string[] = []
    let guest: Socket | undefined
    const server = createServer((socket) => {
      guest = socket
      socket.on('error', () => {})
      socket.on('data', (chunk) => heard.push(chunk.toString()))
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const clock = new VirtualClock()
    const hub = new ReportHub({ pattern: /gleaner/, clock, monotonicMs: () => clock.nowMs() })
    closing.push(() => {
      guest?.destroy()
      return new Promise((resolve) => server.close(resolve))
    })
    closing.push(() => hub.close())
    hub.follow([{ uuid: 'a', sockets: [path] }])
    await until(() => guest !== undefined)
    // Nobody reports yet, and nobody is there under that name.
    expect(await hub.tell('a', notice, never)).toBe(false)
    expect(await hub.tell('b', notice, never)).toBe(false)
    const report = 'GLEANER v=1 seq=1 up=1000 every=15 users=0 idle=1'
    guest?.write(`${report} len=${report.length}\n`)
    await until(() => hub.latest('a') !== undefined)
    const stop = new AbortController()
    const unheard = hub.tell('a', notice, stop.signal)
    await until(() => heard.length === 1)
    guest?.write('GLEANER-GOT v=1 id=ntc_2 len=24\n')
    stop.abort()
    expect(await unheard).toBe(false)
    const told = hub.tell('a', notice, never)
    await until(() => heard.length === 2)
    guest?.write('GLEANER-GOT v=1 id=ntc_1 len=24\n')
    expect(await told).toBe(true)
    expect(heard).toEqual([noticeLine(notice), noticeLine(notice)])
    expect(hub.channels()[0]?.counts.unreadable).toBe(0)
  })
})

describe('gleaner-notices', () => {
  it('runs the scripts of the folder once for each notice, and answers each time', async () => {
    const file = (name: string) => join(folder, name)
    await mkdir(file('notice.d'))
    await writeFile(
      file('notice.d/10-save'),
      `#!/bin/sh\nprintf '%s|%s|%s|%s\\n' "$GLEANER_NOTICE_ID" "$GLEANER_NOTICE_KIND" "$GLEANER_NOTICE_DUE" "$GLEANER_NOTICE_TEXT" >> "${folder}/saved"\n`,
    )
    await chmod(file('notice.d/10-save'), 0o755)
    await writeFile(file('notice.d/20-not-run'), `#!/bin/sh\ntouch "${folder}/run"\n`)
    await writeFile(
      file('guest.conf'),
      `DEVICE=${folder}/tty\nNOTICE_FOLDER=${folder}/notice.d\nNOTICE_WALL=no\nPERIOD_S=15\n`,
    )
    await writeFile(file('answers'), '')
    execFileSync('/bin/sh', ['-c', 'mkfifo "$1"', 'sh', file('tty')])
    // An answer replaces the one before; the shell opens the file anew each time.
    const env = { ...process.env, GLEANER_GUEST_ANSWERS: file('answers') }
    const listener = spawn('sh', [script, file('guest.conf')], { env, stdio: 'ignore' })
    // A line has both its ends at any time. A pipe has only those that are open, and the script's stty opens and closes it first.
    const line = createWriteStream(file('tty'), { flags: 'r+' })
    closing.push(async () => {
      const ended = new Promise((resolve) => listener.once('close', resolve))
      listener.kill('SIGKILL')
      line.destroy()
      await ended
    })
    const answered = async (id: string) => parseGotLine((await readFile(file('answers'), 'utf8')).trimEnd()) === id
    const hostile = { ...notice, id: 'ntc_2', sentence: '$(touch run) `touch run` "; touch run # text=x len=1' }
    line.write(`noise\n${noticeLine(notice).replace('web-1', 'web')}`)
    line.write(noticeLine(notice))
    await until(() => answered('ntc_1'))
    line.write(noticeLine(hostile))
    await until(() => answered('ntc_2'))
    line.write(noticeLine(notice))
    await until(() => answered('ntc_1'))
    line.write(noticeLine({ ...notice, id: 'ntc_3', kind: 'done', dueAtMs: undefined }))
    await until(() => answered('ntc_3'))
    const saved = async () => (await readFile(file('saved'), 'utf8').catch(() => '')).split('\n').slice(0, -1).sort()
    await until(async () => (await saved()).length >= 3)
    expect(await saved()).toEqual([
      'ntc_1|announced|1700000001|web-1 will be stopped.',
      `ntc_2|announced|1700000001|${hostile.sentence}`,
      'ntc_3|done|-|web-1 will be stopped.',
    ])
    await expect(readFile(file('run'))).rejects.toThrow('ENOENT')
  })
})
