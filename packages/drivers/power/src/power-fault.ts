// Faults of a switch in the words of the registry. Where it is stands in place of the cloud's name; no argument of a command and
// no secret ever does.
import { GleanerError } from '@gleaner/model'

export function unavailable(where: string, detail: string, cause?: unknown): GleanerError {
  return new GleanerError('cloud-unavailable', { cloud: where, detail }, { cause })
}

export function broken(where: string, detail: string, cause?: unknown): GleanerError {
  return new GleanerError('cloud-broken', { cloud: where, detail }, { cause })
}

export function refused(where: string, detail: string, cause?: unknown): GleanerError {
  return new GleanerError('cloud-refused', { cloud: where, detail }, { cause })
}

export function conflict(where: string, object: string, detail: string): GleanerError {
  return new GleanerError('cloud-conflict', { cloud: where, object, detail })
}

export function missing(where: string, object: string): GleanerError {
  return new GleanerError('cloud-not-found', { cloud: where, object })
}
