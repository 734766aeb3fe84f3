// Tells who has more preemptible capacity than the quota allows: instances made past Gleaner, or marked afterwards, are seen
// in the reading only. A problem per project, which ends by itself when the project is within its quota again.
import type { Snapshot } from '@gleaner/engine'
import type { CloudId } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'
import { beyondQuota, hasQuota } from './over-quota.ts'

const code = 'quota-preemptible-exceeded'

export class QuotaWatch {
  readonly #runtime: Runtime
  readonly #looked = new Map<CloudId, Snapshot>()
  readonly #told = new Set<string>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Once per whole reading: what a part of a cloud shows says nothing about what a project has. */
  async run(): Promise<void> {
    const { state, clouds, config, evictions, problems } = this.#runtime
    if (state.modes.preemption === 'off' || !hasQuota(config.preemption)) return
    for (const cloudId of clouds.keys()) {
      const snapshot = state.clouds.get(cloudId)?.snapshot
      if (snapshot === undefined || snapshot.gaps.length > 0 || this.#looked.get(cloudId) === snapshot) continue
      this.#looked.set(cloudId, snapshot)
      const world = { snapshot, preemption: config.preemption, evictions: evictions.evictionsOf(cloudId) }
      const beyond = new Map(beyondQuota(world).map(({ projectId, sentence }) => [`project ${projectId}`, sentence]))
      for (const [subject, sentence] of beyond) {
        this.#told.add(subject)
        await problems.report({
          code,
          severity: 'warning',
          subject,
          sentence,
          remedy:
            'Nobody leaves for it, and the next request is refused. Raise preemption.quota or quotaByProject, or let the owner end some.',
        })
      }
      const subjects = new Set([...snapshot.projects.map(({ id }) => `project ${id}`), ...this.#told])
      for (const subject of subjects) {
        if (!subject.startsWith(`project ${cloudId}:`) || beyond.has(subject)) continue
        await problems.resolve(subject, code)
        this.#told.delete(subject)
      }
    }
  }
}
