// A Gleaner on a cloud in a file whose only host is empty and can be switched, which kills itself (SIGKILL) at one chosen step of the
// journal. Time runs fast and goes on from process to process. Settings come as JSON in the first argument: { directory, point,
// mode, bornMs } with point = "intend:2:before" and so on, or none; in mode enforce the host goes to sleep, in observe it is woken.
import { FileCloud } from '@gleaner/testkit'
import { cloudId } from '@gleaner/model'
import { acceleratedClock, parseConfig, startGleaner } from '@gleaner/server'
import { deadlyAt } from './deadly.mjs'

const { directory, point, mode, bornMs } = JSON.parse(process.argv[2])
const speed = 120

const yaml = `
listen: 127.0.0.1:0
modes: { energy: ${mode}, idleness: 'off' }
policy: { snapshotMaxAge: 1h, telemetryMaxAge: 1h, actionTimeout: 10h, budgets: { cloudShare: 1 } }
power:
  keepWarm: { hosts: 0, share: 0 }
  idle: 1m
  leastOn: 1m
  leastOff: 1m
  boot: 1m
  wakeMargin: 1m
  wakeTimeout: 10h
  idlePowerW: 100
log: error
`

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
      instances: 0,
      switchesHost: true,
    })
    for (const step of ['close', 'open']) deadly(cloud.hostControl, step, step)
    for (const step of ['sleep', 'wake']) deadly(cloud.powerControl, step, step)
    return [cloud]
  },
  wrapStore: (store) => {
    deadlyJournal(store)
    deadly(store.hostPower, 'save', 'save')
    return store
  },
})
console.log(`READY ${running.url}`)
process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)))
