// Live migration to a host that is named. Whether disks have to be copied nova finds out itself. What somebody locked stays
// where it is, though nova lets an administrator move it.
import { nativeOf } from '@gleaner/model'
import type { InstanceMigration } from '@gleaner/ports'
import { conflict, findHypervisor, findServer, type Inside } from './inside.ts'

export function migration(inside: Inside): InstanceMigration {
  return {
    migrate: (id, hostId, signal) =>
      inside.call(`instance ${nativeOf(id)}`, signal, async ({ nova }) => {
        const server = await findServer(inside, { nova, id }, signal)
        const target = await findHypervisor(inside, { nova, id: hostId }, signal)
        if (server.node === target.name || server.taskState === 'migrating') return
        if (server.isLocked) throw conflict(inside, server.name, 'it is locked')
        const body = { 'os-migrateLive': { host: target.serviceHost, block_migration: 'auto' } }
        await nova.act(server.id, { body }, signal)
      }),
  }
}
