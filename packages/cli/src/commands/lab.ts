// `gleaner lab …`: strategies on recorded data, without a server. Paths are those of the caller's folder; Ctrl-C stops an
// estimate between two traces, and the same command goes on.
import { resolve } from 'node:path'
import {
  type GenerateOptions,
  type LabEstimateOptions,
  type TraceFormat,
  generatedFormats,
  labConsolidate,
  labDesktops,
  labEstimate,
  labGenerate,
  labReport,
  loadShapes,
  traceFormats,
} from '@gleaner/lab'
import { GleanerError } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'

export interface EstimateWords {
  readonly out: string
  readonly strategy?: string
  readonly scope?: string
  readonly slice?: string
  readonly history?: string
  readonly format?: string
  readonly stability?: string
  readonly set?: readonly string[]
  readonly step?: string
  readonly instancesPerHost?: string
  readonly hostCores?: string
  readonly hostMemory?: string
  readonly soldRatio?: string
  readonly aggregation?: string
  readonly asPublished?: boolean
  readonly withInput?: boolean
}

export interface GenerateWords {
  readonly out: string
  readonly shape?: string
  readonly seed?: string
  readonly format?: string
  readonly hosts?: string
  readonly instances?: string
  readonly scopes?: string
  readonly scope?: string
  readonly gzip?: boolean
}

export async function estimate(
  context: CommandContext,
  traces: readonly string[],
  words: EstimateWords,
): Promise<void> {
  const { directory } = context.io
  const options: LabEstimateOptions = {
    traces: traces.map((trace) => resolve(directory, trace)),
    out: resolve(directory, words.out),
    signal: context.io.signal,
    console: consoleOf(context),
    ...(words.strategy === undefined ? {} : { strategies: words.strategy.split(',') }),
    ...numbers({
      scopeS: words.scope,
      sliceS: words.slice,
      history: words.history,
      stepS: words.step,
      instancesPerHost: words.instancesPerHost,
      hostCores: words.hostCores,
      hostMemoryMB: words.hostMemory,
      soldRatio: words.soldRatio,
      aggregation: words.aggregation,
    }),
    ...(words.set === undefined ? {} : { settings: words.set }),
    ...(words.format === undefined ? {} : { format: oneOf<TraceFormat>('--format', words.format, traceFormats) }),
    ...(words.stability === undefined ? {} : { stabilityFile: resolve(directory, words.stability) }),
    asPublished: words.asPublished === true,
    withInput: words.withInput === true,
  }
  if ((await labEstimate(options)) !== 0) context.fail()
}

export interface ConsolidateWords {
  readonly policy?: string
  readonly hosts?: string
  readonly memory?: boolean
  readonly out?: string
}

export async function consolidate(
  context: CommandContext,
  traces: readonly string[],
  words: ConsolidateWords,
): Promise<void> {
  const { directory } = context.io
  const code = await labConsolidate({
    traces: traces.map((trace) => resolve(directory, trace)),
    memoryBinds: words.memory === true,
    signal: context.io.signal,
    console: consoleOf(context),
    ...(words.policy === undefined ? {} : { policies: words.policy.split(',') }),
    ...(words.out === undefined ? {} : { out: resolve(directory, words.out) }),
    ...numbers({ hosts: words.hosts }),
  })
  if (code !== 0) context.fail()
}

export interface DesktopsWords {
  readonly desktops?: string
  readonly days?: string
  readonly seed?: string
}

export function desktops(context: CommandContext, words: DesktopsWords): void {
  const code = labDesktops({
    signal: context.io.signal,
    console: consoleOf(context),
    ...numbers({ desktops: words.desktops, days: words.days, seed: words.seed }),
  })
  if (code !== 0) context.fail()
}

export function report(context: CommandContext, folder: string): void {
  labReport(resolve(context.io.directory, folder), consoleOf(context))
}

export function generate(context: CommandContext, words: GenerateWords): void {
  const options: GenerateOptions = {
    out: resolve(context.io.directory, words.out),
    ...(words.shape === undefined ? {} : { shape: oneOf('--shape', words.shape, loadShapes) }),
    ...(words.format === undefined ? {} : { format: oneOf('--format', words.format, generatedFormats) }),
    ...numbers({
      seed: words.seed,
      hosts: words.hosts,
      instancesPerHost: words.instances,
      scopes: words.scopes,
      scopeS: words.scope,
    }),
    ...(words.gzip === true ? { gzip: true } : {}),
  }
  labGenerate(options, consoleOf(context))
}

function consoleOf({ io }: CommandContext) {
  return {
    print: (text: string) => io.out(`${text}\n`),
    progress: (text: string) => io.err(text),
    isTerminal: io.isTerminal,
  }
}

function numbers<Name extends string>(words: Readonly<Record<Name, string | undefined>>): { [K in Name]?: number } {
  const given = Object.entries<string | undefined>(words).filter(([, text]) => text !== undefined)
  return Object.fromEntries(given.map(([name, text]) => [name, Number(text)])) as { [K in Name]?: number }
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((each) => each === value)
  if (found !== undefined) return found
  throw new GleanerError('lab-option', { option, value, detail: `there are ${known.join(', ')}` })
}
