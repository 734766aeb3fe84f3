// Guards a promise with a bound in real time, for tests of what must end soon. The timer is gone when the promise ends.
import assert from 'node:assert/strict'

export async function endsWithin<T>(boundMs: number, pending: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: `not ended after ${boundMs} ms` })), boundMs)
  })
  try {
    return await Promise.race([pending, late])
  } finally {
    clearTimeout(timer)
  }
}
