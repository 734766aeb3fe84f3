// The one call to the cloud that a journal entry stands for. A cloud that lacks what the step needs refuses it, although the
// gate should have seen to that.
import { GleanerError, type JournalEntry, isHostStep } from '@gleaner/model'
import type { Cloud } from '@gleaner/ports'

export async function callStep(cloud: Cloud, entry: JournalEntry, signal: AbortSignal): Promise<void> {
  const { action, instanceId, hostId, idempotencyKey, setting } = entry
  if (action === 'notify') return
  if (isHostStep(action)) return callHostStep(cloud, entry, signal)
  if (instanceId === undefined) throw unsupported(cloud, entry)
  const { memoryMiB, toHostId } = setting ?? {}
  if (action === 'migrate') {
    if (cloud.migration === undefined || toHostId === undefined) throw unsupported(cloud, entry)
    return cloud.migration.migrate(instanceId, toHostId, signal)
  }
  const request = { action, instanceId, hostId, idempotencyKey, ...(memoryMiB === undefined ? {} : { memoryMiB }) }
  await cloud.act(request, signal)
}

async function callHostStep(cloud: Cloud, entry: JournalEntry, signal: AbortSignal): Promise<void> {
  const { action, hostId, setting } = entry
  if (hostId === undefined) throw unsupported(cloud, entry)
  switch (action) {
    case 'raise-ratio':
    case 'lower-ratio': {
      if (cloud.ratioControl === undefined) throw unsupported(cloud, entry)
      const { coreRatio, memoryRatio } = setting ?? {}
      const ratios = {
        ...(coreRatio === undefined ? {} : { coreRatio }),
        ...(memoryRatio === undefined ? {} : { memoryRatio }),
      }
      return cloud.ratioControl.setRatios(hostId, ratios, signal)
    }
    case 'close':
      if (cloud.hostControl === undefined) throw unsupported(cloud, entry)
      return cloud.hostControl.close(hostId, `Gleaner: ${entry.reason.sentence}`, signal)
    case 'open':
      if (cloud.hostControl === undefined) throw unsupported(cloud, entry)
      return cloud.hostControl.open(hostId, signal)
    case 'sleep':
    case 'wake':
      if (cloud.powerControl?.has(hostId) !== true) throw unsupported(cloud, entry)
      return cloud.powerControl[action](hostId, signal)
    default:
      throw unsupported(cloud, entry)
  }
}

function unsupported(cloud: Cloud, { action }: JournalEntry): GleanerError {
  return new GleanerError('cloud-unsupported', { cloud: cloud.id, action })
}
