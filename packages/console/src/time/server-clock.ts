// The server's clock as the page sees it: what it said last, plus what has passed here times its speed. The viewer's own
// clock is never compared with the server's; only its monotonic progress counts.

interface Anchor {
  readonly serverMs: number
  readonly localMs: number
  readonly speed: number
}

let anchor: Anchor = { serverMs: Date.now(), localMs: performance.now(), speed: 1 }
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let tick = anchor.serverMs

export function setServerTime(nowText: string, speed: number): void {
  const serverMs = Date.parse(nowText)
  if (!Number.isFinite(serverMs)) return
  anchor = { serverMs, localMs: performance.now(), speed: speed > 0 ? speed : 1 }
  beat()
}

function serverNowMs(): number {
  return anchor.serverMs + (performance.now() - anchor.localMs) * anchor.speed
}

/** The last whole beat, for rendering: changes once a second and is the same for all components of one render. */
export function lastBeatMs(): number {
  return tick
}

export function onBeat(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(beat, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

function beat(): void {
  tick = serverNowMs()
  for (const listener of listeners) listener()
}
