// Texts and tags at an instance. The tags decide what it is (preemptible, protected), as on the real clouds.
import type { InstanceLabels } from '@gleaner/ports'
import { findGuest, refuseIfTold } from './find.ts'
import type { Inside } from './inside.ts'

export function labels(inside: Inside): InstanceLabels {
  return {
    async setMetadata(instanceId, entries, signal) {
      const context = { call: 'label', instanceId } as const
      await inside.enter(context, signal)
      const guest = findGuest(inside, instanceId)
      refuseIfTold(inside, context, guest.spec.name)
      if (inside.faults.strike('ignore', context)) return
      for (const [name, text] of Object.entries(entries)) {
        if (text === undefined) guest.metadata.delete(name)
        else guest.metadata.set(name, text)
      }
      guest.touched = true
    },
    async setTags(instanceId, { add = [], remove = [] }, signal) {
      const context = { call: 'label', instanceId } as const
      await inside.enter(context, signal)
      const guest = findGuest(inside, instanceId)
      refuseIfTold(inside, context, guest.spec.name)
      if (inside.faults.strike('ignore', context)) return
      const kept = guest.tags.filter((tag) => !remove.includes(tag))
      const added = add.filter((tag) => !kept.includes(tag))
      if (added.length === 0 && kept.length === guest.tags.length) return
      guest.tags = [...kept, ...added]
      inside.world().revision++
    },
  }
}
