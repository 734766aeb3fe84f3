// A whole server with a simulated cloud, until it is killed. Run by notices.test.ts.
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { parseConfig } from '../config/load.ts'
import { startGleaner } from '../main.ts'

interface Settings {
  readonly config: string
  readonly directory: string
  readonly url: string
}

const settings = JSON.parse(process.env['GLEANER_TEST_SETTINGS'] ?? '{}') as Settings
const clouds = 'clouds: [{ id: sim, kind: simulated, seed: 11, hosts: 4, instances: 24, projects: 3, desktops: 0 }]'
const config = parseConfig(`listen: 127.0.0.1:0\nlog: error\n${clouds}\n${settings.config}`, 'test.yaml', {
  environment: { GLEANER_STATE_DIR: settings.directory, DATABASE_URL: settings.url },
  directory: settings.directory,
})
await startGleaner({ config, clock: acceleratedClock(Date.UTC(2026, 2, 4, 12), 600) })
process.stdout.write('open\n')
