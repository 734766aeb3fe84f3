// Death (SIGKILL, no chance to clean up) of the process before or after a chosen call.
// A point is "act:before" (the first call that has the name act) or "act:3:after" (its third).

/** `beforeDeath` is what survives the process, if anything is to. */
export function deadlyAt(point, beforeDeath = () => {}) {
  const die = () => {
    beforeDeath()
    process.kill(process.pid, 'SIGKILL')
    return new Promise(() => {})
  }
  /** Calls of each name so far. */
  const counts = new Map()

  /** Makes calls of the method deadly; `around` carries out each call, with its arguments at hand. */
  function deadly(target, method, name, around = (call) => call()) {
    const original = target[method].bind(target)
    target[method] = async (...args) => {
      const nth = (counts.get(name) ?? 0) + 1
      counts.set(name, nth)
      const isNow = (when) => point === `${name}:${when}` || point === `${name}:${nth}:${when}`
      if (isNow('before')) await die()
      const result = await around(() => original(...args), ...args)
      if (isNow('after')) await die()
      return result
    }
  }

  /** The steps of the journal, by their names. */
  function deadlyJournal({ journal }) {
    for (const step of ['intend', 'attempt', 'accept', 'finish']) deadly(journal, step, step)
  }
  return { counts, deadly, deadlyJournal }
}
