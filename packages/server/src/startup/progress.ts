// How the start tells what it is doing: one line per step, with its time. The line of a step that takes more than two
// seconds shows that it is alive.
export interface StepReporter {
  begin(title: string): void
  /** What the step is at, while it runs. */
  note(detail: string): void
  end(title: string, tookMs: number): void
  fail(title: string, tookMs: number): void
}

export const silent: StepReporter = { begin: () => {}, note: () => {}, end: () => {}, fail: () => {} }

export async function step<T>(reporter: StepReporter, title: string, work: () => Promise<T>): Promise<T> {
  const beganMs = performance.now()
  reporter.begin(title)
  try {
    const result = await work()
    reporter.end(title, performance.now() - beganMs)
    return result
  } catch (error) {
    reporter.fail(title, performance.now() - beganMs)
    throw error
  }
}

/** Lines on a stream: in place on a terminal, one after the other elsewhere. */
export function lineReporter(stream: NodeJS.WriteStream): StepReporter {
  const live = stream.isTTY
  let pulse: NodeJS.Timeout | undefined
  let current: { title: string; beganMs: number; detail: string } | undefined
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const show = (mark: string, text: string, last: boolean) => {
    if (live) stream.write(`\r\u001b[K  ${mark} ${text}${last ? '\n' : ''}`)
    else if (last) stream.write(`  ${mark} ${text}\n`)
  }
  const alive = () => {
    if (current === undefined) return
    const text = `${current.title}${current.detail === '' ? '' : `: ${current.detail}`} … ${seconds(performance.now() - current.beganMs)}`
    show('·', text, !live)
  }
  const stop = () => {
    clearInterval(pulse)
    current = undefined
  }
  return {
    begin: (title) => {
      current = { title, beganMs: performance.now(), detail: '' }
      show('·', title, false)
      pulse = setInterval(alive, live ? 500 : 5000)
    },
    note: (detail) => {
      if (current !== undefined) current.detail = detail
    },
    end: (title, tookMs) => {
      stop()
      show('✓', `${title} ${seconds(tookMs)}`, true)
    },
    fail: (title, tookMs) => {
      stop()
      show('✗', `${title} failed after ${seconds(tookMs)}`, true)
    },
  }
}
