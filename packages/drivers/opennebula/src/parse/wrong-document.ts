// A document that is well-formed and not what was asked for.
import { XmlRpcWireError } from '@gleaner/wire-xmlrpc'

export function protocolErrorOf(what: string): XmlRpcWireError {
  return new XmlRpcWireError('protocol', `the document holds no ${what}`)
}
