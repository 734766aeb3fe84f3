// The facet InstanceLabels: attributes in the user template of an instance. OpenNebula can merge attributes into a template
// and cannot take one away without replacing them all, which would undo what somebody else wrote meanwhile: an entry that
// is removed is left empty, and an empty one counts as absent everywhere here.
import type { InstanceLabels } from '@gleaner/ports'
import { markNames, tagsIn } from './marks.ts'
import { templateText } from './template-text.ts'
import type { VmCalls } from './vm-calls.ts'

const merge = 1

export function labels(calls: VmCalls): InstanceLabels {
  const write = async (
    vm: { readonly id: number; readonly name: string },
    attributes: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) =>
    calls.change('one.vm.update', [vm.id, templateText(attributes), merge], { object: `instance ${vm.name}`, signal })
  return {
    async setMetadata(id, entries, signal) {
      const attributes = Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, value ?? '']))
      if (Object.keys(attributes).length > 0) await write(await calls.get(id, signal), attributes, signal)
    },
    async setTags(id, { add = [], remove = [] }, signal) {
      const row = await calls.get(id, signal)
      const before = tagsIn(row.user[markNames.tags])
      const after = [...new Set([...before, ...add.flatMap(tagsIn)])].filter((tag) => !remove.includes(tag))
      if (after.join() !== before.join()) await write(row, { [markNames.tags]: after.join(',') }, signal)
    },
  }
}
