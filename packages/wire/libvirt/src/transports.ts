// Opens the byte stream to a daemon: unix socket, TCP, TLS, or the standard streams of an ssh. Each resolves when bytes can
// flow and rejects with fault `unreachable`; a stream that was opened is the caller's to destroy.
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createConnection, isIP } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { usualSockets, type LibvirtUri } from './libvirt-uri.ts'
import { LibvirtWireError } from './wire-error.ts'

export interface TransportOptions {
  readonly signal: AbortSignal
  /** The program that is run for ssh, with its first arguments. */
  readonly sshCommand?: readonly string[]
  /** XDG_RUNTIME_DIR: where a session daemon has its socket. */
  readonly runtimeFolder?: string | undefined
}

const tcpPort = 16_509
const tlsPort = 16_514
const defaultPki = {
  ca: '/etc/pki/CA/cacert.pem',
  cert: '/etc/pki/libvirt/clientcert.pem',
  key: '/etc/pki/libvirt/private/clientkey.pem',
}
const stderrKeptBytes = 2_000

export function openTransport(uri: LibvirtUri, options: TransportOptions): Promise<Duplex> {
  switch (uri.transport) {
    case 'unix':
      return openUnix(uri, options)
    case 'tcp':
      return opened(
        createConnection({ host: uri.host ?? '', port: uri.port ?? tcpPort, noDelay: true }),
        'connect',
        options,
      )
    case 'tls':
      return openTls(uri, options)
    case 'ssh':
      return Promise.resolve(openSsh(uri, options))
  }
}

async function openUnix(uri: LibvirtUri, options: TransportOptions): Promise<Duplex> {
  const paths = uri.socket === undefined ? usualSockets(uri, options.runtimeFolder) : [uri.socket]
  const failures: string[] = []
  for (const path of paths) {
    try {
      return await opened(createConnection({ path }), 'connect', options)
    } catch (error) {
      options.signal.throwIfAborted()
      failures.push(error instanceof Error ? error.message : String(error))
    }
  }
  throw new LibvirtWireError('unreachable', failures.join('; '))
}

async function openTls(uri: LibvirtUri, options: TransportOptions): Promise<Duplex> {
  const host = uri.host ?? ''
  const files =
    uri.pkiPath === undefined
      ? defaultPki
      : { ca: `${uri.pkiPath}/cacert.pem`, cert: `${uri.pkiPath}/clientcert.pem`, key: `${uri.pkiPath}/clientkey.pem` }
  // One after the other, so that of several missing files the same one is always named.
  const ca = await readPem(files.ca)
  const cert = await readPem(files.cert)
  const key = await readPem(files.key)
  const socket = connectTls({
    host,
    port: uri.port ?? tlsPort,
    ca: [ca],
    cert,
    key,
    rejectUnauthorized: !uri.noVerify,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  })
  await opened(socket, 'secureConnect', options)
  await accepted(socket, options.signal)
  return socket
}

/** After the handshake libvirtd sends one byte of value 1 when it accepts our certificate; else it hangs up. */
async function accepted(socket: Duplex, signal: AbortSignal): Promise<void> {
  await opened(socket, 'readable', { signal })
  const mark: Buffer | null = socket.read(1)
  if (mark?.[0] === 1) return
  socket.destroy()
  throw new LibvirtWireError('refused', 'the daemon does not accept our certificate')
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new LibvirtWireError('unreachable', `the TLS file ${path} cannot be read`, { cause: error })
  }
}

/** Waits for `event`, the end of the stream, or the signal. */
function opened(stream: Duplex, event: string, options: { readonly signal: AbortSignal }): Promise<Duplex> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    const release = () => {
      stream.off(event, onOpen).off('error', onError).off('close', onClose)
      signal.removeEventListener('abort', onAbort)
    }
    const onOpen = () => {
      release()
      resolve(stream)
    }
    const fail = (error: unknown) => {
      release()
      stream.on('error', () => {})
      stream.destroy()
      reject(error)
    }
    const onError = (error: Error) => fail(new LibvirtWireError('unreachable', error.message, { cause: error }))
    const onClose = () => fail(new LibvirtWireError('unreachable', 'the daemon closed the connection at once'))
    const onAbort = () => fail(signal.reason)
    stream.once(event, onOpen).once('error', onError).once('close', onClose)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
}

/**
 * Runs ssh and speaks through it to the daemon's socket on the other side: with virt-ssh-helper where it is installed,
 * else with netcat. Never asks for a password. ssh counts as open at once; what it has to say comes as the error.
 */
function openSsh(uri: LibvirtUri, options: TransportOptions): Duplex {
  const [program = 'ssh', ...first] = options.sshCommand ?? ['ssh']
  const child = spawn(program, [...first, ...sshArguments(uri)], { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-stderrKeptBytes)
  })
  const failed = (detail: string) => new LibvirtWireError('unreachable', `ssh to ${uri.host ?? ''}: ${detail}`)
  const stream: Duplex = new Duplex({
    read: () => child.stdout.resume(),
    write: (chunk: Buffer, _encoding, done) => child.stdin.write(chunk, done),
    final: (done) => child.stdin.end(done),
    destroy: (error, done) => {
      child.kill()
      done(error)
    },
  })
  child.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause()
  })
  child.stdin.on('error', () => {})
  child.on('error', (error) => stream.destroy(failed(error.message)))
  child.on('close', (code) => {
    if (code === 0) stream.push(null)
    else stream.destroy(failed(complaint.trim() || `it ended with code ${code}`))
  })
  return stream
}

export function sshArguments(uri: LibvirtUri): readonly string[] {
  const verify = uri.noVerify ? ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'] : []
  return [
    '-T',
    '-o',
    'BatchMode=yes',
    ...verify,
    ...(uri.port === undefined ? [] : ['-p', String(uri.port)]),
    ...(uri.user === undefined ? [] : ['-l', uri.user]),
    ...(uri.keyFile === undefined ? [] : ['-i', uri.keyFile]),
    '--',
    uri.host ?? '',
    remoteCommand(uri),
  ]
}

function remoteCommand(uri: LibvirtUri): string {
  const socket = quoted(uri.socket ?? usualSockets(uri, undefined)[0] ?? '')
  const netcat = `exec nc -U ${socket}`
  if (uri.socket !== undefined) return `sh -c ${quoted(netcat)}`
  const helper = `command -v virt-ssh-helper >/dev/null 2>&1 && exec virt-ssh-helper ${quoted(uri.remoteName)}`
  return `sh -c ${quoted(`${helper}; ${netcat}`)}`
}

/** One word for a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
