// Starts the private PostgreSQL of a state directory and keeps it until it is killed. Run by supervisor.test.ts.
import { startPrivatePostgres } from './supervisor.ts'

const settings = JSON.parse(process.env['GLEANER_TEST_SETTINGS'] ?? '{}') as {
  readonly stateDirectory: string
  readonly exit: boolean
}
const postgres = await startPrivatePostgres(settings)
process.stdout.write(`running ${postgres.pid()}\n`)
if (settings.exit) process.exit(3)
setInterval(() => {}, 60_000)
