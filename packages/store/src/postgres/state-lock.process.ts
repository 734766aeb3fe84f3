// Takes the lock of a state directory and keeps it until it is killed. Run by state-lock.test.ts.
import { lockStateDirectory } from './state-lock.ts'

const { path } = JSON.parse(process.env['GLEANER_TEST_SETTINGS'] ?? '{}') as { readonly path: string }
await lockStateDirectory(path, Date.now())
process.stdout.write('locked\n')
setInterval(() => {}, 60_000)
