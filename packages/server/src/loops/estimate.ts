// At the end of each scope an estimate of every host: from the rings into the store, a slice at a time, so that the server
// stays responsive while ten thousand hosts are looked at. A scope ends for everybody at the same moment (a multiple of its
// length since the epoch) and is taken up two samples later, when the last ones have come. Only the leader estimates; who
// comes to lead reads what was estimated before from the store. Followers read it to show it.
import { setImmediate as giveWay } from 'node:timers/promises'
import { holdingTable, indexSupports, type Placements, type Snapshot, trackPlacements } from '@gleaner/engine'
import { type CloudId, type HostId, cloudOf } from '@gleaner/model'
import type { Fence, StoredEstimator } from '@gleaner/ports'
import { policyNow } from '../state/policy-now.ts'
import { readSnapshots } from '../state/read-snapshots.ts'
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

const hostsPerSlice = 20
const hostsPerWrite = 500
const rowsPerRead = 500

export function estimateLoop(runtime: Runtime): Loop {
  const { clock, config, state, estimator } = runtime
  const { scopeMs } = config.oversubscription.online
  const placed = new Map<CloudId, { readonly placements: Placements; readonly snapshot: Snapshot }>()
  let term: number | undefined
  let shownToMs: number | undefined
  return new Loop({
    name: 'estimate',
    periodMs: config.periods.sampleMs,
    clock,
    onError: (error) => void runtime.problems.reportError('estimating', error),
    run: async (signal) => {
      const { fence } = state
      const endMs = Math.floor((clock.nowMs() - 2 * config.periods.sampleMs) / scopeMs) * scopeMs
      if (fence === undefined) {
        // A leader's estimates come a while after the end of the scope: they are read twice.
        if (shownToMs !== undefined && clock.nowMs() - shownToMs < scopeMs / 4) return 'follows'
        shownToMs = clock.nowMs()
        return `follows, reads ${await readAll(runtime, signal)} estimates`
      }
      if (fence.term !== term) {
        await readAll(runtime, signal)
        term = fence.term
      }
      if (signal.aborted) return 'stopped'
      for (const snapshot of readSnapshots(state).values()) {
        const before = placed.get(snapshot.cloudId)
        const placements = trackPlacements(before?.placements ?? new Map(), snapshot, before?.snapshot)
        placed.set(snapshot.cloudId, { placements, snapshot })
      }
      const made = await estimateAll({ runtime, fence, signal, endMs, placed })
      await forgetGone(runtime, fence)
      await runtime.problems.settle('estimating')
      if (made > 0) {
        runtime.hub.tell('plan')
        runtime.wake('decide')
      }
      return `${estimator.size} hosts known, ${made} estimated`
    },
  })
}

async function readAll({ store, estimator, log }: Runtime, signal: AbortSignal): Promise<number> {
  estimator.clear()
  let anew = 0
  for await (const slice of store.estimates.loadAll(rowsPerRead)) {
    if (signal.aborted) break
    for (const { estimate, state } of slice) if (!estimator.load(estimate, state)) anew++
  }
  if (anew > 0)
    log.info({ hosts: anew }, 'what strategies had learned is of another strategy or version; they begin anew')
  return estimator.size
}

interface Estimating {
  readonly runtime: Runtime
  readonly fence: Fence
  readonly signal: AbortSignal
  readonly endMs: number
  readonly placed: ReadonlyMap<CloudId, { readonly placements: Placements; readonly snapshot: Snapshot }>
}

async function estimateAll({ runtime, fence, signal, endMs, placed }: Estimating): Promise<number> {
  const { estimator, telemetry, config, store, clouds } = runtime
  const supports = indexSupports(clouds.values())
  const { headroomShare } = policyNow(runtime)
  let made = 0
  let waiting: StoredEstimator[] = []
  const write = async () => {
    if (waiting.length === 0) return
    await store.estimates.save(fence, waiting)
    waiting = []
  }
  for (const { placements, snapshot } of placed.values()) {
    const holding = holdingTable(supports.get(snapshot.cloudId))
    for (const [nth, host] of snapshot.hosts.entries()) {
      if (nth % hostsPerSlice === 0) await giveWay()
      if (signal.aborted || runtime.state.fence?.term !== fence.term) break
      const estimate = estimator.estimate({
        host,
        instances: snapshot.instancesOfHost.get(host.id) ?? [],
        holding,
        rings: telemetry,
        placements,
        endMs,
        stepMs: telemetry.layout.stepMs,
        ratios: config.oversubscription.ratios,
        headroomShare,
      })
      if (estimate === undefined) continue
      made++
      waiting.push({ estimate, state: estimator.stateOf(host.id) })
      if (waiting.length >= hostsPerWrite) await write()
    }
  }
  await write()
  return made
}

/** Hosts that a whole reading of their cloud no longer has. */
async function forgetGone({ state, estimator, store }: Runtime, fence: Fence): Promise<void> {
  const snapshots = readSnapshots(state)
  const gone: HostId[] = []
  for (const hostId of estimator.hostIds()) {
    const snapshot = snapshots.get(cloudOf(hostId))
    if (snapshot !== undefined && snapshot.gaps.length === 0 && !snapshot.hostById.has(hostId)) gone.push(hostId)
  }
  if (gone.length === 0) return
  await store.estimates.forget(fence, gone)
  for (const hostId of gone) estimator.forget(hostId)
}
