// Reads a libvirt connection URI: driver[+transport]://[user@][host][:port]/path[?parameters]
// (https://libvirt.org/uri.html). Without a transport, no host means the unix socket and a host means TLS, as in
// libvirt itself. What the daemon is told is the URI without transport, host and parameters.

export type Transport = 'unix' | 'tcp' | 'tls' | 'ssh'

export interface LibvirtUri {
  readonly transport: Transport
  /** As the daemon understands it: "qemu:///system". */
  readonly remoteName: string
  readonly host: string | undefined
  readonly port: number | undefined
  readonly user: string | undefined
  /** A socket path that was named; else the usual places are tried. */
  readonly socket: string | undefined
  /** ssh: private key file. */
  readonly keyFile: string | undefined
  /** tls: folder with cacert.pem, clientcert.pem, clientkey.pem. */
  readonly pkiPath: string | undefined
  /** tls: the daemon's certificate is not checked; ssh: nor is its host key. */
  readonly noVerify: boolean
  /** For people and logs: no user, no parameters. */
  readonly display: string
}

const transports: readonly string[] = ['unix', 'tcp', 'tls', 'ssh']

/** Throws a TypeError that says what is wrong. */
export function parseLibvirtUri(text: string): LibvirtUri {
  const match =
    /^([a-z]+)(?:\+([a-z0-9]+))?:\/\/(?:([^@/?#]*)@)?(\[[0-9a-fA-F:.]+\]|[^:/?#]*)(?::(\d+))?(\/[^?#]*)?(?:\?([^#]*))?$/.exec(
      text,
    )
  if (match === null) throw new TypeError(`"${text}" is not a libvirt URI such as qemu:///system`)
  const [, driver, named, user, hostText = '', portText, path = '/', query = ''] = match
  const host = hostText.replace(/^\[|\]$/g, '')
  const transport = named ?? (host === '' ? 'unix' : 'tls')
  if (!isTransport(transport)) throw new TypeError(`"${text}": the transport ${transport} is not supported`)
  if (transport !== 'unix' && host === '') throw new TypeError(`"${text}": ${transport} needs a host`)
  if (transport === 'unix' && host !== '')
    throw new TypeError(`"${text}": a unix socket is on this machine, not on ${host}`)
  if (host.startsWith('-')) throw new TypeError(`"${text}": no host begins with a dash`)
  const port = portText === undefined ? undefined : Number(portText)
  if (port !== undefined && (port < 1 || port > 65_535)) throw new TypeError(`"${text}": there is no port ${port}`)
  const parameters = new URLSearchParams(query)
  const parameter = (name: string) => parameters.get(name) || undefined
  return {
    transport,
    remoteName: `${driver}://${path}`,
    host: host === '' ? undefined : host,
    port,
    user: user === undefined || user === '' ? undefined : decodeURIComponent(user),
    socket: parameter('socket'),
    keyFile: parameter('keyfile'),
    pkiPath: parameter('pkipath'),
    noVerify: parameter('no_verify') === '1',
    display: `${driver}${transport === 'unix' ? '' : `+${transport}`}://${hostText}${portText === undefined ? '' : `:${portText}`}${path}`,
  }
}

/** Where a daemon listens when no socket was named: the one daemon for all, then the one for its driver alone. */
export function usualSockets(uri: LibvirtUri, runtimeFolder: string | undefined): readonly string[] {
  const driver = uri.remoteName.slice(0, uri.remoteName.indexOf(':'))
  const system = !uri.remoteName.endsWith('/session')
  const folder = system || runtimeFolder === undefined ? '/run/libvirt' : `${runtimeFolder}/libvirt`
  return [`${folder}/libvirt-sock`, `${folder}/virt${driver}d-sock`]
}

function isTransport(text: string): text is Transport {
  return transports.includes(text)
}
