import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { leakCheck } from './leak-check.ts'

describe('leak check', () => {
  it('passes when everything that was started has ended', async () => {
    const leaks = leakCheck()
    clearTimeout(setTimeout(() => {}, 60_000))
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    server.close()
    await leaks.assertNone()
  })

  it('names a timer, a socket and a listener that are left', async () => {
    const leaks = leakCheck()
    const timer = setTimeout(() => {}, 60_000)
    await expect(leaks.assertNone()).rejects.toThrow(/Timeout/)
    clearTimeout(timer)
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    await expect(leaks.assertNone()).rejects.toThrow(/TCPServer/)
    server.close()
    const listener = () => {}
    process.on('warning', listener)
    await expect(leaks.assertNone()).rejects.toThrow(/warning/)
    process.off('warning', listener)
    await leaks.assertNone()
  })
})
