// A Gleaner on a cloud in a file, which kills itself (SIGKILL, no chance to clean up) at one chosen step of the journal.
// Settings come as JSON in the first argument: { directory, point } with point = "intend:before" and so on, or none.
import { FileCloud } from '@gleaner/testkit'
import { cloudId } from '@gleaner/model'
import { parseConfig, startGleaner } from '@gleaner/server'
import { deadlyAt } from './deadly.mjs'

const { directory, point } = JSON.parse(process.argv[2])

const yaml = `
listen: 127.0.0.1:0
periods: { observe: 200ms, sample: 200ms, decide: 200ms }
modes: { idleness: enforce }
policy: { coolDown: 1h, personWins: 1h, budgets: { actionsPerMinute: 100, hostShare: 1, projectShare: 1 } }
rules:
  - name: every-idle-one
    expression: instance.state == "running" && cpu < 0.5
    action: suspend
    grace: 0s
    mode: enforce
log: error
`

const { deadly, deadlyJournal } = deadlyAt(point)

const config = parseConfig(yaml, 'crash.yaml', {
  environment: { ...process.env, GLEANER_STATE_DIR: `${directory}/state` },
  directory,
})
const running = await startGleaner({
  config,
  makeClouds: (clock) => {
    const cloud = new FileCloud({ id: cloudId('file'), path: `${directory}/cloud`, clock, instances: 2 })
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
