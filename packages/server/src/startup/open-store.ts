// Opens the state with one line per phase: the database that is named, or a private PostgreSQL in the state directory.
import { type OpenedStore, openStore } from '@gleaner/store'
import { realClock } from '../clock/real-clock.ts'
import type { Config } from '../config/config.ts'
import { type StepReporter, step } from './progress.ts'

export function openState(config: Config, reporter: StepReporter): Promise<OpenedStore> {
  const title = config.databaseUrl === undefined ? 'start PostgreSQL' : 'connect to PostgreSQL'
  return step(reporter, title, () =>
    openStore({
      stateDirectory: config.stateDirectory,
      databaseUrl: config.databaseUrl,
      nowMs: realClock.nowMs(),
      onProgress: ({ phase, detail }) => reporter.note(`${phase}, ${detail}`),
    }),
  )
}
