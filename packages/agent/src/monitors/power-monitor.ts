// What lending would harm: a laptop on its battery, with its lid closed, or a machine that is hot. Three monitors of /sys and /proc. A
// machine that has no battery, lid or sensor has nothing to say about it; one that had it and has it no more is missing a signal.
import { existsSync, readdirSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

interface PowerSettings {
  readonly roots: MachineRoots
  readonly everyMs: number
}

/** A machine part that may not be there, and must not vanish. */
abstract class PartMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  protected readonly roots: MachineRoots
  #had = false

  constructor(rule: MonitorRule, { roots, everyMs }: PowerSettings) {
    this.rule = rule
    this.everyMs = everyMs
    this.roots = roots
  }

  read(): Seen {
    const found = this.look()
    if (found !== undefined) {
      this.#had = true
      return found
    }
    return this.#had ? seen('missing', `the ${this.part} is not there any more`) : seen('idle', `no ${this.part} here`)
  }

  close(): void {}

  protected abstract readonly part: string

  /** Undefined where there is no such part. */
  protected abstract look(): Seen | undefined
}

export class BatteryMonitor extends PartMonitor {
  protected readonly part = 'battery'

  protected look(): Seen | undefined {
    const folder = `${this.roots.sys}/class/power_supply`
    let found: Seen | undefined
    for (const name of namesIn(folder)) {
      const value = (key: string) => readSmallFile(`${folder}/${name}/${key}`).trim()
      // Batteries of mice and keyboards say that they are a device's.
      if (value('type') !== 'Battery' || optional(() => value('scope')) === 'Device') continue
      const status = value('status')
      const facts = { battery: name, status, charge: Number(optional(() => value('capacity')) ?? Number.NaN) }
      if (status === 'Discharging') return seen('active', `${name} is discharging`, facts)
      if (status === 'Unknown') return seen('missing', `${name} does not tell whether it is discharging`, facts)
      found = seen('idle', `${name} is ${status.toLowerCase()}`, facts)
    }
    return found
  }
}

export class LidMonitor extends PartMonitor {
  protected readonly part = 'lid'

  protected look(): Seen | undefined {
    const folder = `${this.roots.proc}/acpi/button/lid`
    const [name] = namesIn(folder)
    if (name === undefined) return undefined
    const word = /^state:\s+(\w+)$/m.exec(readSmallFile(`${folder}/${name}/state`))?.[1]
    if (word === 'open') return seen('idle', 'the lid is open')
    if (word === 'closed') return seen('active', 'the lid is closed')
    return seen('missing', `${folder}/${name}/state: neither open nor closed`)
  }
}

export class TemperatureMonitor extends PartMonitor {
  protected readonly part = 'sensor of temperature'
  readonly #startBelowC: number
  readonly #suspendAboveC: number

  constructor(
    rule: MonitorRule,
    how: PowerSettings & { readonly startBelowC: number; readonly suspendAboveC: number },
  ) {
    super(rule, how)
    this.#startBelowC = how.startBelowC
    this.#suspendAboveC = how.suspendAboveC
  }

  protected look(): Seen | undefined {
    const folder = `${this.roots.sys}/class/thermal`
    let hottest: { readonly zone: string; readonly celsius: number } | undefined
    for (const zone of namesIn(folder)) {
      if (!zone.startsWith('thermal_zone')) continue
      const text = optional(() => readSmallFile(`${folder}/${zone}/temp`).trim())
      const celsius = Number(text ?? Number.NaN) / 1000
      // A sensor that is switched off is an error or absurd; the others tell.
      if (text === undefined || text === '' || !(celsius > -40 && celsius < 150)) continue
      if (hottest === undefined || celsius > hottest.celsius) hottest = { zone, celsius }
    }
    if (hottest === undefined) return undefined
    const { zone, celsius } = hottest
    const facts = { zone, celsius, startBelowC: this.#startBelowC, suspendAboveC: this.#suspendAboveC }
    const detail = `${zone} has ${celsius.toFixed(0)} °C`
    if (celsius > this.#suspendAboveC) return seen('active', detail, facts)
    return seen(celsius > this.#startBelowC ? 'between' : 'idle', detail, facts)
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function optional(read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
