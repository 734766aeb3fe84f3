// PlanetLab's days (CoMon, as CloudSim ships them): a folder with one file an instance and one whole percentage a line, or
// one table a day (`vm,0,1,…`, one line an instance). A sample is 300 s of one instance's processor; the day has no memory
// and no hosts. Each instance has `coresPerInstance` cores.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readLines } from './read-lines.ts'
import { splitRow } from './split-row.ts'
import type { Position, TraceSink } from './trace-sink.ts'

export const planetlabStepS = 300

export interface PlanetlabOptions {
  readonly coresPerInstance: number
  /** Host for the n-th instance. */
  readonly place: (instance: number) => number
}

export async function readPlanetlabFolder(folder: string, sink: TraceSink, options: PlanetlabOptions): Promise<void> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
  for (const name of names) {
    const file = join(folder, name)
    const instance = addInstance(name, sink, options)
    for await (const { lines, firstNumber } of readLines({ file, onBytes: sink.onBytes, faults: sink.faults })) {
      for (let i = 0; i < lines.length; i++) {
        const text = (lines[i] as string).trim()
        if (text === '') continue
        const where = `line ${firstNumber + i}`
        put({ text, instance, sample: firstNumber + i - 1, where }, { sink, file, cores: options.coresPerInstance })
      }
    }
    sink.endInstance(instance)
  }
}

export async function readPlanetlabTable(file: string, sink: TraceSink, options: PlanetlabOptions): Promise<void> {
  const seen = new Set<string>()
  const cursor = new Cursor()
  const target = { sink, file, cores: options.coresPerInstance }
  for await (const { lines, firstNumber } of readLines({ file, onBytes: sink.onBytes, faults: sink.faults })) {
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] as string
      const number = firstNumber + i
      if (number === 1 || line === '') continue
      const cells = splitRow(line, ',')
      let name = (cells[0] as string).trim()
      if (seen.has(name)) {
        const label = `${name}#${number}`
        const detail = `a second row has the name "${name}"; it is called "${label}"`
        sink.fault('duplicate-name', file, { position: `line ${number}`, detail })
        name = label
      }
      seen.add(name)
      const instance = addInstance(name, sink, options)
      cursor.line = number
      const cell = { text: '', instance, sample: 0, where: cursor }
      for (let column = 1; column < cells.length; column++) {
        cursor.column = column + 1
        cell.text = cells[column] as string
        cell.sample = column - 1
        put(cell, target)
      }
      sink.endInstance(instance)
    }
  }
}

function addInstance(name: string, sink: TraceSink, { coresPerInstance, place }: PlanetlabOptions): number {
  const host = sink.host(`host-${place(sink.instances.length)}`)
  return sink.addInstance({ name, host, cpuAllocation: coresPerInstance, memoryAllocation: 0 })
}

/** Where the reader is; becomes a text only when something is wrong there. */
class Cursor implements Position {
  line = 0
  column = 0

  toString(): string {
    return `line ${this.line}, column ${this.column}`
  }
}

interface Cell {
  readonly text: string
  readonly instance: number
  readonly sample: number
  readonly where: string | Position
}

function put(cell: Cell, target: { sink: TraceSink; file: string; cores: number }): void {
  const { sink, file, cores } = target
  const percent = cell.text === '' ? Number.NaN : Number(cell.text)
  if (Number.isNaN(percent)) {
    const detail = `"${cell.text.slice(0, 40)}" is no percentage; the sample is left out`
    sink.fault(cell.text === '' ? 'missing' : 'not-a-number', file, { position: cell.where.toString(), detail })
    return
  }
  sink.sample(
    {
      instance: cell.instance,
      timeS: cell.sample * planetlabStepS,
      cpu: (percent / 100) * cores,
      memory: Number.NaN,
      where: cell.where,
    },
    file,
  )
}
