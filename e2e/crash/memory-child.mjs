// A Gleaner on a cloud in a file whose only guest lends memory and needs it back as soon as it has left it; it kills itself (SIGKILL)
// at one chosen step of the journal. Time runs fast and goes on from process to process: what a guest usually uses has to be measured.
// Settings come as JSON in the first argument: { directory, point, bornMs } with point = "intend:1:before" and so on, or none.
import { FileCloud } from '@gleaner/testkit'
import { cloudId } from '@gleaner/model'
import { acceleratedClock, parseConfig, startGleaner } from '@gleaner/server'
import { deadlyAt } from './deadly.mjs'

const { directory, point, bornMs } = JSON.parse(process.argv[2])
const speed = 120

const yaml = `
listen: 127.0.0.1:0
modes: { oversubscription: enforce, idleness: 'off' }
policy:
  coolDown: 1h
  snapshotMaxAge: 1h
  telemetryMaxAge: 1h
  actionTimeout: 10h
  budgets: { actionsPerMinute: 100, hostShare: 1, projectShare: 1 }
oversubscription:
  ballooning: { mode: enforce, gainMiB: 512, leastMiB: 256, scope: 4m, silent: 10h, look: 1m, grace: 1000h }
log: error
`

// As far as it had run in the processes before this one.
const clock = acceleratedClock(bornMs + (Date.now() - bornMs) * speed, speed)
const { deadly, deadlyJournal } = deadlyAt(point)

const running = await startGleaner({
  config: parseConfig(yaml, 'crash.yaml', {
    environment: { ...process.env, GLEANER_STATE_DIR: `${directory}/state` },
    directory,
  }),
  clock,
  makeClouds: () => {
    const cloud = new FileCloud({
      id: cloudId('file'),
      path: `${directory}/cloud`,
      clock,
      instances: 1,
      lendsMemory: true,
    })
    deadly(cloud, 'act', 'act')
    return [cloud]
  },
  wrapStore: (store) => {
    deadlyJournal(store)
    return store
  },
})
console.log(`READY ${running.url}`)
process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)))
