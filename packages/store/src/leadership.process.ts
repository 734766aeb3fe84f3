// Leads a scope until it is killed. Run by leadership.test.ts.
import { parseDatabaseUrl } from './database/database-address.ts'
import { openDatabase } from './database/database.ts'
import { leadership } from './leadership.ts'

const { url, scope } = JSON.parse(process.env['GLEANER_TEST_SETTINGS'] ?? '{}') as {
  readonly url: string
  readonly scope: string
}
const won = await leadership(openDatabase(parseDatabaseUrl(url))).tryLead(scope, 'the other process')
process.stdout.write(`term ${won?.fence.term ?? 'none'}\n`)
setInterval(() => {}, 60_000)
