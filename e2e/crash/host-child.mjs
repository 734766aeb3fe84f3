// A Gleaner on a cloud in a file whose only host is sold four times over, which kills itself (SIGKILL) at one chosen step of
// the journal. Time runs fast and goes on from process to process: an estimate needs a whole scope that was measured.
// Settings come as JSON in the first argument: { directory, point, bornMs } with point = "intend:before" and so on, or none.
import { FileCloud } from '@gleaner/testkit'
import { cloudId } from '@gleaner/model'
import { parseConfig, startGleaner } from '@gleaner/server'

const { directory, point, bornMs } = JSON.parse(process.argv[2])
const speed = 120

const yaml = `
listen: 127.0.0.1:0
modes: { oversubscription: enforce, idleness: 'off' }
policy: { coolDown: 1h, snapshotMaxAge: 1h, telemetryMaxAge: 1h, actionTimeout: 10h }
oversubscription: { scope: 4m, keep: 100h }
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

const clock = {
  speed,
  nowMs: () => bornMs + (Date.now() - bornMs) * speed,
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, durationMs / speed)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(signal.reason)
      })
    }),
}

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
      instances: 2,
      coreRatio: 4,
    })
    deadly(cloud.ratioControl, 'setRatios', 'act')
    return [cloud]
  },
  wrapStore: (store) => {
    for (const step of ['intend', 'attempt', 'accept', 'finish']) deadly(store.journal, step, step)
    return store
  },
})
console.log(`READY ${running.url}`)
process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)))
