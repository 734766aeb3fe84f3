// Puts the Store port together from its aggregates, on a database that has the schema.
import { GleanerError } from '@gleaner/model'
import type { Store } from '@gleaner/ports'
import { sql } from 'kysely'
import { audit } from './aggregates/audit.ts'
import { desktops } from './aggregates/desktops.ts'
import { energy } from './aggregates/energy.ts'
import { estimates } from './aggregates/estimates.ts'
import { evictions } from './aggregates/evictions.ts'
import { holds } from './aggregates/holds.ts'
import { hostOffers } from './aggregates/host-offers.ts'
import { hostPower } from './aggregates/host-power.ts'
import { instances } from './aggregates/instances.ts'
import { journal } from './aggregates/journal.ts'
import { leases } from './aggregates/leases.ts'
import { ledger } from './aggregates/ledger.ts'
import { noticeOutbox } from './aggregates/notice-outbox.ts'
import { notices } from './aggregates/notices.ts'
import { people } from './aggregates/people.ts'
import { plans } from './aggregates/plans.ts'
import { problems } from './aggregates/problems.ts'
import { projectTerms } from './aggregates/project-terms.ts'
import { proposals } from './aggregates/proposals.ts'
import { prune } from './aggregates/prune.ts'
import { rules } from './aggregates/rules.ts'
import { settings } from './aggregates/settings.ts'
import { telemetry } from './aggregates/telemetry.ts'
import { tokens } from './aggregates/tokens.ts'
import type { Database } from './database/database.ts'
import { exportState } from './export-state.ts'
import { leadership } from './leadership.ts'
import { restoreState } from './restore-state.ts'

export function createStore(database: Database): Store {
  const leading = leadership(database)
  return {
    leadership: leading,
    rules: rules(database),
    proposals: proposals(database),
    journal: journal(database),
    holds: holds(database),
    evictions: evictions(database),
    leases: leases(database),
    hostOffers: hostOffers(database),
    projectTerms: projectTerms(database),
    hostPower: hostPower(database),
    desktops: desktops(database),
    problems: problems(database),
    tokens: tokens(database),
    people: people(database),
    estimates: estimates(database),
    energy: energy(database),
    settings: settings(database),
    plans: plans(database),
    instances: instances(database),
    ledger: ledger(database),
    telemetry: telemetry(database),
    notices: notices(database),
    outbox: noticeOutbox(database),
    audit: audit(database),
    prune: prune(database),
    ping: (signal) => orAborted(signal, () => write(database)),
    exportState: () => exportState(database),
    restoreState: (source) => restoreState(database, source),
    close: async () => {
      await leading.close()
      await database.close()
    },
  }
}

/** Not just a question: only a write shows that the disk takes writes. */
async function write(database: Database): Promise<void> {
  await database.write(async (queries) => {
    await sql`update liveness set writes = writes + 1`.execute(queries)
  })
}

function orAborted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () =>
      reject(new GleanerError('store-unavailable', { detail: 'no answer in time' }, { cause: signal.reason }))
    if (signal.aborted) {
      onAbort()
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    work()
      .finally(() => signal.removeEventListener('abort', onAbort))
      .then(resolve, reject)
  })
}
