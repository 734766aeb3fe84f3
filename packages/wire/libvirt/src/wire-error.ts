// What can go wrong on the wire, as two classes: the connection failed us, or the daemon answered "no".
// Aborted calls reject with the reason of their signal and are neither.

/**
 * - unreachable: no connection came about; refused: the daemon wants an authentication we cannot give;
 * - disconnected: it ended while it was needed; deadline: no answer in time;
 * - protocol: bytes that no libvirtd sends (truncated, oversized, out of turn). The connection is closed after it.
 */
export type WireFault = 'unreachable' | 'refused' | 'disconnected' | 'deadline' | 'protocol'

export class LibvirtWireError extends Error {
  readonly fault: WireFault

  constructor(fault: WireFault, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LibvirtWireError'
    this.fault = fault
  }
}

/** An error the daemon reported for one call. The connection stays usable. */
export class LibvirtRemoteError extends Error {
  /** A virErrorNumber; those that callers tell apart are in `errorNumbers`. */
  readonly code: number
  /** The part of libvirt that raised it (virErrorDomain): 10 is the qemu driver, 7 the rpc layer. */
  readonly domain: number

  constructor(code: number, domain: number, message: string) {
    super(message)
    this.name = 'LibvirtRemoteError'
    this.code = code
    this.domain = domain
  }
}

export function protocolError(message: string): LibvirtWireError {
  return new LibvirtWireError('protocol', message)
}
