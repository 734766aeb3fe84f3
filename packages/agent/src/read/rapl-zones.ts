// What the processors and the memory of this machine have used, as Linux counts it by RAPL (Documentation/power/powercap): the counters
// as they are, in microjoules, with where they begin again. Only whole packages and their memory: cores are part of a package, and the
// zone of the platform has the packages in it. The register twin (intel-rapl-mmio) counts the same package once more and is left out.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ToldPower } from '@gleaner/model'
import { readSmallFile } from './small-file.ts'

const mostZones = 64

/** Never throws: what cannot be read is told as the reason. */
export function readRaplZones(sys: string): Pick<ToldPower, 'zones' | 'fault'> {
  const folder = join(sys, 'class/powercap')
  let entries: readonly string[]
  try {
    entries = readdirSync(folder)
  } catch (error) {
    return none(`${folder}: ${codeOf(error)}`)
  }
  const named = new Map<string, string>()
  const zones: ToldPower['zones'] = []
  for (const entry of entries.filter((name) => /^intel-rapl:\d+(:\d+)?$/.test(name)).sort()) {
    const name = nameOf(join(folder, entry), named.get(entry.slice(0, entry.lastIndexOf(':'))))
    if (name === undefined) continue
    named.set(entry, name)
    if (!/^package-\d+(-die-\d+)?(\/dram)?$/.test(name) || zones.length === mostZones) continue
    const path = join(folder, entry, 'energy_uj')
    let counterUj: number | undefined
    try {
      counterUj = numberIn(readSmallFile(path))
    } catch (error) {
      // Since CVE-2020-8694 the counters are for root alone.
      return none(isDenied(error) ? `${path} can be read by root only` : `${path}: ${codeOf(error)}`)
    }
    if (counterUj === undefined) return none(`${path} has no number`)
    const rangeUj = rangeOf(join(folder, entry, 'max_energy_range_uj'))
    zones.push({ name, counterUj, ...(rangeUj === undefined ? {} : { rangeUj }) })
  }
  return zones.length === 0 ? none(`${folder} has no package that counts`) : { zones }
}

function none(fault: string): Pick<ToldPower, 'zones' | 'fault'> {
  return { zones: [], fault: fault.slice(0, 200) }
}

function nameOf(folder: string, within: string | undefined): string | undefined {
  try {
    const own = readSmallFile(join(folder, 'name')).trim()
    return within === undefined ? own : `${within}/${own}`
  } catch {
    return undefined
  }
}

function rangeOf(path: string): number | undefined {
  try {
    return numberIn(readSmallFile(path))
  } catch {
    return undefined
  }
}

function numberIn(text: string): number | undefined {
  return /^\d{1,19}\s*$/.test(text) ? Number(text) : undefined
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? (error as Error).message
const isDenied = (error: unknown) => ['EACCES', 'EPERM'].includes(codeOf(error))
