// Metadata and tags of servers. Nova merges metadata itself; a text that is too long for it is cut.
import { nativeOf } from '@gleaner/model'
import type { InstanceLabels } from '@gleaner/ports'
import { findServer, type Inside, shortened } from './inside.ts'

export function labels(inside: Inside): InstanceLabels {
  return {
    setMetadata: (id, entries, signal) =>
      inside.call(`instance ${nativeOf(id)}`, signal, async ({ nova }) => {
        const server = await findServer(inside, { nova, id }, signal)
        const set = Object.entries(entries).flatMap(([key, value]) =>
          value === undefined ? [] : [[key, shortened(value)]],
        )
        const removed = Object.keys(entries).filter((key) => entries[key] === undefined && key in server.metadata)
        if (set.length > 0) await nova.setMetadata(server.id, Object.fromEntries(set), signal)
        for (const key of removed) await nova.removeMetadata(server.id, key, signal)
      }),
    setTags: (id, { add = [], remove = [] }, signal) =>
      inside.call(`instance ${nativeOf(id)}`, signal, async ({ nova }) => {
        const server = await findServer(inside, { nova, id }, signal)
        for (const tag of add) if (!server.tags.includes(tag)) await nova.addTag(server.id, tag, signal)
        for (const tag of remove) if (server.tags.includes(tag)) await nova.removeTag(server.id, tag, signal)
      }),
  }
}
