// What can go wrong between a call and its answer, as two classes: the way there failed us, or the server answered with an
// XML-RPC fault. Neither ever holds a part of the request, which begins with a password. Aborted calls reject with the
// reason of their signal and are neither.

/**
 * - unreachable: no connection came about; untrusted: its certificate is not accepted; disconnected: it ended early;
 * - deadline: no answer in time; too-large: the answer is longer than allowed, and was not read to its end;
 * - refused: HTTP 401 or 403; overloaded: HTTP 429 or 5xx; protocol: not an answer of XML-RPC at all.
 */
export type WireFault =
  | 'unreachable'
  | 'untrusted'
  | 'disconnected'
  | 'deadline'
  | 'too-large'
  | 'refused'
  | 'overloaded'
  | 'protocol'

export class XmlRpcWireError extends Error {
  readonly fault: WireFault
  /** The request has certainly not been worked on: it may be sent to another server. */
  readonly neverSent: boolean

  constructor(
    fault: WireFault,
    message: string,
    options: { readonly cause?: unknown; readonly neverSent?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'XmlRpcWireError'
    this.fault = fault
    this.neverSent = options.neverSent ?? false
  }
}

/** The server did not accept the call as such: unknown method, too few arguments, a wrong type. */
export class XmlRpcFault extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.name = 'XmlRpcFault'
    this.code = code
  }
}

export function protocolError(message: string, cause?: unknown): XmlRpcWireError {
  return new XmlRpcWireError('protocol', message, { cause })
}
