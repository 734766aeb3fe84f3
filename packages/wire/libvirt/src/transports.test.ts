// The ways to a daemon other than its unix socket, each with a real stream of its kind.
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getHostname } from './connect-calls.ts'
import { openConnection } from './open-connection.ts'
import { reply, ScriptedDaemon } from './testing/scripted-daemon.ts'
import { testCertificates } from './testing/test-certificates.ts'
import { XdrWriter } from './xdr-writer.ts'

const options = { deadlineMs: 10_000 }
let daemon: ScriptedDaemon
let folder: string
const servers: Server[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gl-'))
  daemon = await ScriptedDaemon.start()
  daemon.handle((frame, socket) => reply(frame, socket, new XdrWriter().string('node-1')))
})

afterEach(async () => {
  await daemon.stop()
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
  await rm(folder, { recursive: true })
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

describe('TCP', () => {
  it('reaches the daemon', async () => {
    const port = await listen(createServer((socket) => daemon.serve(socket)))
    const rpc = await openConnection(`qemu+tcp://127.0.0.1:${port}/system`, options)
    await expect(getHostname(rpc, options)).resolves.toBe('node-1')
    rpc.close()
  })

  it('says that nobody listens', async () => {
    const port = await listen(createServer())
    await new Promise((resolve) => servers.pop()?.close(resolve))
    const opening = openConnection(`qemu+tcp://127.0.0.1:${port}/system`, options)
    await expect(opening).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })
})

describe('TLS', () => {
  const { ca, serverCert, serverKey, clientCert, clientKey } = testCertificates

  beforeEach(async () => {
    await writeFile(join(folder, 'cacert.pem'), ca)
    await writeFile(join(folder, 'clientcert.pem'), clientCert)
    await writeFile(join(folder, 'clientkey.pem'), clientKey)
  })

  const tlsServer = (accept: boolean) =>
    createTlsServer({ ca, cert: serverCert, key: serverKey, requestCert: true, rejectUnauthorized: true }, (socket) => {
      if (!accept) return socket.destroy()
      socket.write(Uint8Array.of(1))
      return daemon.serve(socket)
    })

  it('shows its certificate and waits until it is accepted', async () => {
    const port = await listen(tlsServer(true))
    const rpc = await openConnection(`qemu+tls://127.0.0.1:${port}/system?pkipath=${folder}`, options)
    await expect(getHostname(rpc, options)).resolves.toBe('node-1')
    rpc.close()
  })

  it('is refused by a daemon that knows the certificate and does not want it', async () => {
    const port = await listen(tlsServer(false))
    const opening = openConnection(`qemu://localhost:${port}/system?pkipath=${folder}`, options)
    await expect(opening).rejects.toMatchObject({ name: 'LibvirtWireError' })
  })

  it('does not talk to a daemon whose certificate another authority signed', async () => {
    await writeFile(join(folder, 'cacert.pem'), clientCert)
    const port = await listen(tlsServer(true))
    const opening = openConnection(`qemu://localhost:${port}/system?pkipath=${folder}`, options)
    await expect(opening).rejects.toMatchObject({ fault: 'unreachable' })
  })

  it('names the file that is missing', async () => {
    const opening = openConnection('qemu://localhost:1/system?pkipath=/nowhere', options)
    await expect(opening).rejects.toThrow('/nowhere/cacert.pem')
  })
})

describe('ssh', () => {
  // Stands in for ssh: takes the place of the remote shell and netcat, and looks at the words it was given.
  const relay = `
    const socket = require("node:net").connect(process.argv[1])
    process.stdin.pipe(socket).pipe(process.stdout)
    socket.on("close", () => process.exit(0))`

  it('reaches the daemon through the standard streams', async () => {
    const sshCommand = [process.execPath, '-e', relay, daemon.socketPath]
    const rpc = await openConnection('qemu+ssh://node/system', { ...options, sshCommand })
    await expect(getHostname(rpc, options)).resolves.toBe('node-1')
    const ended = new Promise((resolve) => rpc.onEnd(resolve))
    for (const socket of daemon.sockets) socket.destroy()
    await expect(ended).resolves.toMatchObject({ fault: 'disconnected' })
  })

  it('runs a command on the other side that any shell understands, whatever the socket is called', async () => {
    const odd = join(folder, "it's a $(socket)")
    await symlink(daemon.socketPath, odd)
    const netcat = join(folder, 'nc')
    await writeFile(netcat, `#!/bin/sh\n[ "$1" = -U ] && exec "${process.execPath}" -e '${relay}' "$2"\n`)
    await chmod(netcat, 0o755)
    // As sshd does: the last word goes to the user's shell.
    const shell = `for last; do :; done; PATH="${folder}:$PATH" exec sh -c "$last"`
    const sshCommand = ['sh', '-c', shell, 'ssh']
    const uri = `qemu+ssh://node/system?socket=${encodeURIComponent(odd)}`
    const rpc = await openConnection(uri, { ...options, sshCommand })
    await expect(getHostname(rpc, options)).resolves.toBe('node-1')
    rpc.close()
  })

  it('passes on what ssh complains about', async () => {
    const sshCommand = [process.execPath, '-e', 'console.error("Permission denied"); process.exit(255)', '--']
    const opening = openConnection('qemu+ssh://node/system', { ...options, sshCommand })
    await expect(opening).rejects.toMatchObject({ fault: 'unreachable', message: 'ssh to node: Permission denied' })
  })

  it('says that there is no ssh', async () => {
    const opening = openConnection('qemu+ssh://node/system', { ...options, sshCommand: ['/nowhere/ssh'] })
    await expect(opening).rejects.toMatchObject({ fault: 'unreachable' })
  })
})
