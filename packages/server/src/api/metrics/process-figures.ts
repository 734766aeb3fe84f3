// What the process takes, and how long its event loop keeps others waiting since it was last asked.
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

export interface ProcessFigures {
  readonly residentBytes: number
  readonly heapUsedBytes: number
  readonly externalBytes: number
  readonly cpuS: number
  readonly startedAtS: number
  readonly eventLoopDelayS: { readonly mean: number; readonly p99: number; readonly max: number }
}

export class ProcessMonitor {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 })

  start(): void {
    this.#delay.enable()
  }

  stop(): void {
    this.#delay.disable()
  }

  read(): ProcessFigures {
    const memory = process.memoryUsage()
    const cpu = process.cpuUsage()
    const delay = this.#delay
    const figures: ProcessFigures = {
      residentBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      externalBytes: memory.external,
      cpuS: (cpu.user + cpu.system) / 1e6,
      startedAtS: performance.timeOrigin / 1000,
      eventLoopDelayS: { mean: delay.mean / 1e9, p99: delay.percentile(99) / 1e9, max: delay.max / 1e9 },
    }
    delay.reset()
    return figures
  }
}
