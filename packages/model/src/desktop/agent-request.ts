// How the agent of a desktop signs what it sends. The text below is signed with its key (ECDSA on P-256 over SHA-256, r and s one
// after the other as IEEE P1363 has it, in base64url). Method, path and the digest of the body are in it, and who speaks: nothing of
// a request can be changed or used for another. That it is not sent twice is the business of the sequence in the body.

export const agentPaths = { join: '/api/agent/v1/join', beats: '/api/agent/v1/beats' } as const

/** Guests whose reports one beat carries at most. */
export const mostReports = 500

/** Who speaks: the id of a desktop; `join` before it has one. */
export const desktopHeader = 'gleaner-desktop'
export const signatureHeader = 'gleaner-signature'
export const joiner = 'join'

export interface SignedParts {
  readonly method: 'POST'
  readonly path: string
  readonly desktop: string
  /** Lower-case hexadecimal. */
  readonly bodySha256: string
}

export function signedText({ method, path, desktop, bodySha256 }: SignedParts): string {
  return `gleaner-agent-v1\n${method}\n${path}\n${desktop}\n${bodySha256}\n`
}
