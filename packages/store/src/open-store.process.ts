// Opens the state of a directory, writes one setting, and keeps it open until it is killed. Run by open-store.test.ts.
import { openStore } from './open-store.ts'

const { stateDirectory } = JSON.parse(process.env['GLEANER_TEST_SETTINGS'] ?? '{}') as {
  readonly stateDirectory: string
}
const { store } = await openStore({ stateDirectory, databaseUrl: undefined, nowMs: Date.now() })
await store.settings.set('written-by', process.pid, { by: 'test', nowMs: Date.now() })
process.stdout.write('open\n')
setInterval(() => {}, 60_000)
