// A desktop that has joined a server of a test and says what the test wants it to say. Every word is a beat that counts, as the agent's
// would be; only signature and connection are left out, which have tests of their own.
import { generateKeyPairSync } from 'node:crypto'
import { type LendingPhase, mayLend, type ToldPower, type ToldReport, type Verdict } from '@gleaner/model'
import type { Application } from '../application.ts'
import { hashSecret } from '../auth/token-secret.ts'
import { newJoinSecret } from '../desktops/join-secret.ts'

const typed: Verdict = { code: 'user-input', sentence: 'keyboard: typed on 1 device.', facts: {} }
const nobody: Verdict = { code: 'lendable', sentence: 'Nobody is there: guests may come.', facts: {} }

export async function joinTestDesktop(app: Application, hostName: string, { lends = true } = {}) {
  const token = newJoinSecret()
  const realMs = Date.now()
  const grant = { hostName, cloudId: undefined, pool: 'offices', lends, createdAtMs: realMs, createdBy: 'olga' }
  await app.store.desktops.createJoinToken({ ...grant, expiresAtMs: realMs + 3_600_000 }, hashSecret(token))
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' })
  const { desktop } = await app.desktops.join({ token, key }, realMs)
  let { sequence } = desktop
  return {
    id: desktop.id,
    async says(phase: LendingPhase, reports: readonly ToldReport[] = [], power?: ToldPower): Promise<void> {
      const keys = await app.store.desktops.keysOf(desktop.id)
      if (keys === undefined) throw new Error('is not known')
      const beat = {
        sequence: ++sequence,
        version: 'test',
        phase,
        phaseForMs: 0,
        verdict: mayLend(phase) ? nobody : typed,
        guests: { running: 0, paused: 0 },
        slowestPauseMs: 0,
        changes: [],
        lostChanges: 0,
        reports: [...reports],
        ...(power === undefined ? {} : { power }),
      }
      await app.desktops.beat(keys, { by: 'key', beat, realMs: Date.now() })
    },
  }
}
