// `gleaner lab consolidate`: days of loads under consolidation policies, one line each, and DIR/consolidation.csv.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GleanerError } from '@gleaner/model/errors'
import { type LabConsole, processConsole } from '../cli.ts'
import { makeOutFolder } from '../run/out-folder.ts'
import { FaultLog, faultWords } from '../trace/fault-log.ts'
import { cloudsimSetUp, publishedHostCount } from './cloudsim-set-up.ts'
import { consolidationPolicy, consolidationPolicyNames } from './policies.ts'
import { type Loads, readLoads } from './read-loads.ts'
import { type ConsolidationOutcome, replayConsolidation } from './replay-consolidation.ts'

export interface LabConsolidateOptions {
  readonly traces: readonly string[]
  /** Names of `consolidationPolicyNames`, or `all`; Gleaner's and the most economical published ones unless told. */
  readonly policies?: readonly string[]
  readonly hosts?: number
  readonly memoryBinds?: boolean
  readonly out?: string
  readonly signal?: AbortSignal
  readonly console?: LabConsole
}

const defaultPolicies = ['gleaner', 'lr-1.2-mmt', 'lr-1.2-rs', 'thr-0.8-mmt']

/** Gives the exit code: 0 done, 1 stopped before the end. */
export async function labConsolidate(options: LabConsolidateOptions): Promise<number> {
  const console = options.console ?? processConsole
  const asked = options.policies ?? defaultPolicies
  const names = asked.includes('all') ? consolidationPolicyNames : asked
  for (const name of names) consolidationPolicy(name)
  if (options.hosts !== undefined && !(Number.isInteger(options.hosts) && options.hosts > 0)) {
    throw new GleanerError('lab-option', { option: '--hosts', value: options.hosts, detail: 'it must be above 0' })
  }
  if (options.out !== undefined) makeOutFolder(options.out)
  const rows = [csvHead]
  try {
    return await replayAll(names, { options, console, rows })
  } finally {
    // Also what was worked out before a later trace failed, or somebody stopped it.
    if (options.out !== undefined && rows.length > 1)
      writeFileSync(join(options.out, 'consolidation.csv'), `${rows.join('\n')}\n`)
  }
}

async function replayAll(
  names: readonly string[],
  {
    options,
    console,
    rows,
  }: { readonly options: LabConsolidateOptions; readonly console: LabConsole; readonly rows: string[] },
): Promise<number> {
  const faults = new FaultLog()
  for (const path of options.traces) {
    const loads = await readLoads(path, faults)
    const setUp = cloudsimSetUp(loads.shares.length, options.hosts ?? publishedHostCount)
    console.print(`${loads.name}: ${loads.shares.length} instances on ${setUp.hosts.count} hosts`)
    for (const name of names) {
      if (options.signal?.aborted === true) return 1
      const outcome = replayConsolidation(consolidationPolicy(name), {
        loads,
        setUp,
        memoryBinds: options.memoryBinds ?? false,
        ...(console.isTerminal ? { onStep: shown(console, name) } : {}),
      })
      console.print(lineOf(name, outcome))
      rows.push(csvRow(loads, name, outcome))
    }
  }
  // The hosts of the trace are not those of the replay.
  const { 'host-too-small': _, ...counts } = faults.summary().counts
  for (const words of faultWords({ counts })) console.print(words)
  return 0
}

function shown(console: LabConsole, name: string): (done: number, all: number) => void {
  return (done, all) => {
    if (done === all) console.progress('\r\u001b[K')
    else if (done % 8 === 0) console.progress(`\r  ${name} ${Math.round((done / all) * 100)} %`)
  }
}

function lineOf(name: string, { energyKWh, slav, slatah, pdm, migrations, meanHosts }: ConsolidationOutcome): string {
  return [
    `  ${name.padEnd(12)}`,
    `${energyKWh.toFixed(2).padStart(7)} kWh`,
    `SLAV ${(slav * 1e5).toFixed(2).padStart(6)}e-5`,
    `SLATAH ${(slatah * 100).toFixed(2).padStart(5)} %`,
    `PDM ${(pdm * 100).toFixed(3)} %`,
    `${String(migrations).padStart(6)} migrations`,
    `${meanHosts.toFixed(1).padStart(6)} hosts at work`,
  ].join('  ')
}

const csvHead = 'trace,policy,energy_kwh,slav,slatah,pdm,migrations,mean_hosts,shutdowns'

function csvRow({ name }: Loads, policy: string, outcome: ConsolidationOutcome): string {
  const { energyKWh, slav, slatah, pdm, migrations, meanHosts, shutdowns } = outcome
  const figures = [energyKWh, slav, slatah, pdm, migrations, meanHosts, shutdowns]
  return [`"${name.replaceAll('"', '""')}"`, policy, ...figures].join(',')
}
