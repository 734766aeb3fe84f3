// Leaves a line in the audit for each preemptible server made through the front: who, from where, by what statement. The
// name is asked of keystone with the caller's token; an answer that does not come costs the name, not the line.
import { describeError, instanceId } from '@gleaner/model'
import type { Application } from '../../application.ts'
import type { FrontSettings } from '../../config/front.ts'
import type { MadePreemptible } from './create-server.ts'
import { ownerOf } from './token-owner.ts'
import type { Upstream } from './upstream.ts'

export interface NoteParts {
  readonly app: Pick<Application, 'store' | 'clock' | 'log'>
  readonly keystone: Upstream
  readonly settings: Pick<FrontSettings, 'cloudId'>
}

const nameWithinMs = 10_000

export async function noteCreated(parts: NoteParts, made: MadePreemptible): Promise<void> {
  const { app, keystone, settings } = parts
  const { visit, serverId, name, wish, taggedAtOnce } = made
  const from = visit.incoming.socket.remoteAddress ?? 'unknown'
  const owner = await ownerOf(visit.token, keystone, AbortSignal.timeout(nameWithinMs)).catch(() => undefined)
  try {
    await app.store.audit.append({
      atMs: app.clock.nowMs(),
      by: owner === undefined ? 'a user of nova' : `${owner.userName}@${owner.projectName}`,
      from,
      what: 'create preemptible',
      object: serverId === undefined ? name : instanceId(settings.cloudId, serverId),
      before: null,
      after: { name, askedBy: wish.source ?? null, tag: taggedAtOnce ? 'at creation' : 'afterwards' },
    })
  } catch (error) {
    app.log.warn({ cause: describeError(error) }, 'front: a preemptible create could not be noted')
  }
}
