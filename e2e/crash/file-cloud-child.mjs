// What the children of the crash tests share: a Gleaner on a cloud in a file, which kills itself (SIGKILL) at one chosen step of the
// journal and tells its address when it listens. Settings come as JSON in the first argument: { directory, point, bornMs? } with
// point = "intend:before" and so on, or none.
import { FileCloud } from '@gleaner/testkit'
import { cloudId } from '@gleaner/model'
import { acceleratedClock, parseConfig, startGleaner } from '@gleaner/server'
import { deadlyAt } from './deadly.mjs'

export const settings = JSON.parse(process.argv[2])

/**
 * `cloud`: options of the FileCloud; `mine` makes calls of it, and of the store, deadly, by its own names.
 * `speed`: how fast time runs, and goes on from process to process; as it does outside if absent.
 */
export async function runChild({ yaml, cloud: options, speed, mine = {} }) {
  const { directory, point, bornMs } = settings
  const { deadly, deadlyJournal } = deadlyAt(point)
  const config = parseConfig(yaml, 'crash.yaml', {
    environment: { ...process.env, GLEANER_STATE_DIR: `${directory}/state` },
    directory,
  })
  const running = await startGleaner({
    config,
    // As far as it had run in the processes before this one.
    ...(speed === undefined ? {} : { clock: acceleratedClock(bornMs + (Date.now() - bornMs) * speed, speed) }),
    makeClouds: (clock) => {
      const cloud = new FileCloud({ id: cloudId('file'), path: `${directory}/cloud`, clock, ...options })
      mine.cloud?.(cloud, deadly)
      return [cloud]
    },
    wrapStore: (store) => {
      deadlyJournal(store)
      mine.store?.(store, deadly)
      return store
    },
  })
  console.log(`READY ${running.url}`)
  process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)))
}
