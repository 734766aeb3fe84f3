// A Gleaner on a cloud in a file, which kills itself (SIGKILL, no chance to clean up) at one chosen step of the journal.
// Settings come as JSON in the first argument: { directory, point } with point = "intend:before" and so on, or none.
import { FileCloud } from '@gleaner/testkit'
import { cloudId } from '@gleaner/model'
import { parseConfig, startGleaner } from '@gleaner/server'

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

const die = () => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

/** Dies before or after the first call of this method. */
function deadly(target, method, step) {
  const original = target[method].bind(target)
  target[method] = async (...args) => {
    if (point === `${step}:before`) await die()
    const result = await original(...args)
    if (point === `${step}:after`) await die()
    return result
  }
}

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
    for (const step of ['intend', 'attempt', 'accept', 'finish']) deadly(store.journal, step, step)
    return store
  },
})
console.log(`READY ${running.url}`)
process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)))
