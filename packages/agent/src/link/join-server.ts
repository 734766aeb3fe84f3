// Joining: the desktop makes a key of its own, which never leaves it, and shows with the token that it may speak for its host.
import type { JoinAnswer, JoinRequest } from '@gleaner/model'
import { agentPaths, joiner } from '@gleaner/model/desktop'
import { agentVersion } from './agent-version.ts'
import type { Link } from './link-file.ts'
import { newKey, publicPart, signedPost } from './signed-post.ts'

export async function joinServer(where: {
  readonly server: string
  readonly ca?: string | undefined
  readonly token: string
}): Promise<Link> {
  const key = newKey()
  const request: JoinRequest = { token: where.token, key: publicPart(key), version: agentVersion }
  const to = { server: where.server, ca: where.ca, path: agentPaths.join }
  const answer = (await signedPost(to, { desktop: joiner, key }, request)) as JoinAnswer
  if (typeof answer?.desktop !== 'string' || typeof answer.host !== 'string' || typeof answer.pool !== 'string')
    throw new Error('the answer makes no sense: is this the address of Gleaner?')
  return {
    server: new URL(where.server).origin,
    ...(where.ca === undefined ? {} : { ca: where.ca }),
    desktop: answer.desktop,
    host: answer.host,
    pool: answer.pool,
    key,
    sequence: answer.sequence,
  }
}
