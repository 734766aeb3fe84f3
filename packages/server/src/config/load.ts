// Reads the configuration: file, then environment over it, then defaults below it. Every fault names file and line.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { TelemetryWindows } from '@gleaner/engine'
import {
  GleanerError,
  type Role,
  RuleDefinition,
  capabilities,
  cloudId,
  describeError,
  formatDurationMs,
  parseDurationMs,
} from '@gleaner/model'
import * as Value from 'typebox/value'
import type { CloudConfig, Config, SettingOrigin, SettingSource } from './config.ts'
import { type ConfigFault, type Source, lineOf, schemaFaults, throwFaults } from './faults.ts'
import type { DurationReader } from './duration-reader.ts'
import { readPower } from './power.ts'
import { readFront } from './front.ts'
import { libvirtFaults } from './libvirt-faults.ts'
import { isLoopback, parseListen } from './listen.ts'
import { type MeterConfig, type MeterSettings, meterSchemas, readEnergy, readMeter } from './metering.ts'
import { readNotices } from './notices.ts'
import { readOpportunism } from './opportunism.ts'
import { readOversubscription } from './oversubscription.ts'
import { openNebulaSettings } from './opennebula-settings.ts'
import { openStackSettings } from './openstack-settings.ts'
import { parseSource } from './parse-source.ts'
import { readPeople, readTls } from './people.ts'
import { readPublicUrl } from './public-url.ts'
import { readPlacement } from './placement.ts'
import { readPolicy } from './policy.ts'
import { readPreemption } from './preemption.ts'
import { readReservations } from './reservations.ts'
import type { Secret } from './schema-parts.ts'
import { type SourceConfig, sourceSchemas } from './source-schemas.ts'
import { type SourceSettings, sourceSettings } from './source-settings.ts'
import { ConfigFile, type FileCloud, cloudSchemas } from './schema.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface LoadOptions {
  /** Path given by the caller; else GLEANER_CONFIG; else ./gleaner.yaml when it is there; else no file. */
  readonly file?: string | undefined
  readonly environment: Environment
  readonly directory: string
}

const defaultListen = '127.0.0.1:7878'

export function loadConfig(options: LoadOptions): Config {
  const named = options.file ?? options.environment['GLEANER_CONFIG']
  const path = named ?? resolve(options.directory, 'gleaner.yaml')
  if (named === undefined && !existsSync(path)) return build(undefined, {}, options)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new GleanerError('config-missing', { file: path, detail: (error as Error).message }, { cause: error })
  }
  return parseConfig(text, path, options)
}

export function parseConfig(text: string, file: string, options: LoadOptions): Config {
  const { source, value: given } = parseSource({ name: file, text })
  const value = given ?? {}
  throwFaults(source, schemaFaults(source, ConfigFile, { value, at: [] }))
  return build(source, value, options)
}

function build(source: Source | undefined, file: ConfigFile, options: LoadOptions): Config {
  const environment = options.environment
  const faults: ConfigFault[] = []
  const origins: SettingOrigin[] = []
  const fault = (path: readonly (string | number)[], detail: string) =>
    faults.push({ line: source === undefined ? 1 : lineOf(source, path), path: path.join('.'), detail })

  /** Chooses the value by source and remembers where it is from. */
  function choose<T>(
    name: string,
    choice: {
      env?: string
      path: readonly string[]
      file: T | undefined
      fallback: T
      effect: string
      secret?: boolean
    },
  ): T | string {
    const fromEnvironment = choice.env === undefined ? undefined : environment[choice.env]
    let where: { value: T | string; source: SettingSource; where: string | undefined }
    if (fromEnvironment !== undefined && fromEnvironment !== '')
      where = { value: fromEnvironment, source: 'environment', where: choice.env }
    else if (choice.file !== undefined)
      where = { value: choice.file, source: 'file', where: source && `${source.file}:${lineOf(source, choice.path)}` }
    else where = { value: choice.fallback, source: 'default', where: undefined }
    const shown = choice.secret === true ? (where.value === undefined ? '(not set)' : '(set)') : where.value
    origins.push({ name, value: shown ?? null, source: where.source, where: where.where, effect: choice.effect })
    return where.value
  }

  const durationMs: DurationReader = (name, text, { otherwiseMs, effect }) => {
    const chosen = choose(name, { path: name.split('.'), file: text, fallback: formatDurationMs(otherwiseMs), effect })
    return parseDurationMs(chosen) ?? otherwiseMs
  }

  const secret = (value: Secret | undefined, path: readonly (string | number)[]): string | undefined => {
    if (value === undefined || typeof value === 'string') return value
    if ('env' in value) {
      const found = environment[value.env]
      if (found === undefined || found === '')
        fault(path, `the environment variable ${value.env} is not set; it should hold the secret`)
      return found
    }
    const secretFile = resolve(source === undefined ? options.directory : dirname(source.file), value.file)
    try {
      return readFileSync(secretFile, 'utf8').trim()
    } catch (error) {
      fault(path, `the secret file ${secretFile} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
      return undefined
    }
  }

  const resolved = (cloud: FileCloud, index: number): CloudConfig => {
    const at = (path: readonly (string | number)[], detail: string) => fault(['clouds', index, ...path], detail)
    if (cloud.kind === 'libvirt') libvirtFaults(cloud, at)
    const directory = source === undefined ? options.directory : dirname(source.file)
    if (cloud.kind === 'openstack') {
      const secretOf = (value: Secret | undefined, path: readonly string[]) => secret(value, ['clouds', index, ...path])
      return openStackSettings(cloud, { environment, directory, secret: secretOf, fault: at })
    }
    if (cloud.kind !== 'opennebula') return cloud
    return openNebulaSettings(cloud, {
      environment,
      directory,
      auth: secret(cloud.auth, ['clouds', index, 'auth']),
      fault: at,
    })
  }
  const clouds = (file.clouds ?? []).flatMap((cloud, index): CloudConfig[] => {
    const schema = cloudSchemas[cloud.kind]
    const found = source === undefined ? [] : schemaFaults(source, schema, { value: cloud, at: ['clouds', index] })
    faults.push(...found)
    return found.length === 0 ? [resolved(cloud as unknown as FileCloud, index)] : []
  })
  const seen = new Set<string>()
  for (const [index, cloud] of (file.clouds ?? []).entries()) {
    if (seen.has(cloud.id)) fault(['clouds', index, 'id'], `the cloud id "${cloud.id}" is used twice`)
    seen.add(cloud.id)
  }

  const sources = (file.sources ?? []).flatMap((section, index): SourceSettings[] => {
    const at = ['sources', index]
    const schema = sourceSchemas[section.kind]
    const found = source === undefined ? [] : schemaFaults(source, schema, { value: section, at })
    faults.push(...found)
    if (seen.has(section.id)) fault([...at, 'id'], `the id "${section.id}" is used twice, by clouds or sources`)
    seen.add(section.id)
    if (found.length > 0) return []
    const settings = sourceSettings(section as unknown as SourceConfig, {
      cloudIds: (file.clouds ?? []).map((cloud) => cloud.id),
      secret: (value, path) => secret(value, [...at, ...path]),
      resolvePath: (path) => resolve(source === undefined ? options.directory : dirname(source.file), path),
      fault: (path, detail) => fault([...at, ...path], detail),
    })
    return [settings]
  })

  const meters = (file.meters ?? []).flatMap((section, index): MeterSettings[] => {
    const at = ['meters', index]
    const found = source === undefined ? [] : schemaFaults(source, meterSchemas[section.kind], { value: section, at })
    faults.push(...found)
    if (seen.has(section.id)) fault([...at, 'id'], `the id "${section.id}" is used twice, by clouds, sources or meters`)
    seen.add(section.id)
    if (found.length > 0) return []
    return [
      readMeter(section as unknown as MeterConfig, {
        fault: (path, detail) => fault([...at, ...path], detail),
        cloudIds: (file.clouds ?? []).map((cloud) => cloud.id),
        secret: (value, path) => secret(value, [...at, ...path]),
        resolvePath: (path) => resolve(source === undefined ? options.directory : dirname(source.file), path),
        simulatedIds: (file.clouds ?? []).filter(({ kind }) => kind === 'simulated').map(({ id }) => id),
      }),
    ]
  })

  const listenText = choose('listen', {
    env: 'GLEANER_LISTEN',
    path: ['listen'],
    file: file.listen,
    fallback: defaultListen,
    effect: 'Address of the console and the API',
  })
  const listen = parseListen(listenText)
  if (listen === undefined)
    fault(['listen'], `"${listenText}" is not an address with a port, such as ${defaultListen} or [::1]:7878`)

  const allSimulated = clouds.every((cloud) => cloud.kind === 'simulated')
  const speed = Number(
    choose('speed', {
      path: ['speed'],
      file: file.speed,
      fallback: 1,
      effect: 'How many times faster than real time the clock runs',
    }),
  )
  if (speed !== 1 && !allSimulated) fault(['speed'], 'time can run faster only when every cloud is simulated')
  if (speed !== 1 && sources.length > 0) fault(['speed'], 'time cannot run faster while sources measure in real time')

  const loopback = listen !== undefined && isLoopback(listen.host)
  const anonymousText = choose('anonymous', {
    path: ['anonymous'],
    file: file.anonymous,
    fallback: clouds.length > 0 && allSimulated && loopback ? 'administrator' : 'nobody',
    effect: 'What callers without a token may do',
  })

  const policy = readPolicy(file.policy ?? {}, durationMs)
  const front = readFront(file.front, {
    fault: (path, detail) => fault(['front', ...path], detail),
    durationMs,
    parseListen,
    listen: listen ?? { host: '127.0.0.1', port: 7878 },
    cloudIds: (file.clouds ?? []).map((cloud) => cloud.id),
    resolvePath: (path) => resolve(source === undefined ? options.directory : dirname(source.file), path),
  })
  const rules = (file.rules ?? []).flatMap((rule, index): RuleDefinition[] => {
    const filled = Value.Default(RuleDefinition, structuredClone(withCoverage(rule)))
    const found =
      source === undefined ? [] : schemaFaults(source, RuleDefinition, { value: filled, at: ['rules', index] })
    faults.push(...found)
    return found.length === 0 ? [filled as RuleDefinition] : []
  })
  const names = new Set<string>()
  for (const [index, rule] of rules.entries()) {
    if (names.has(rule.name)) fault(['rules', index, 'name'], `the rule name "${rule.name}" is used twice`)
    names.add(rule.name)
  }
  const stateDirectory = resolve(
    options.directory,
    choose('stateDirectory', {
      env: 'GLEANER_STATE_DIR',
      path: ['stateDirectory'],
      file: file.stateDirectory,
      fallback: '.gleaner',
      effect: 'Where Gleaner keeps its state',
    }),
  )
  if (`${stateDirectory}/`.startsWith('/proc/')) fault(['stateDirectory'], 'the state directory cannot lie below /proc')
  const databaseUrl = choose('databaseUrl', {
    env: 'DATABASE_URL',
    path: ['databaseUrl'],
    file: secret(file.databaseUrl, ['databaseUrl']),
    fallback: undefined,
    effect: 'PostgreSQL to use; a private one is started when absent',
    secret: true,
  })
  const telemetry = {
    stepMs: durationMs('telemetry.step', file.telemetry?.step, {
      otherwiseMs: 60_000,
      effect: 'Resolution of the recent past',
    }),
    recentMs: durationMs('telemetry.recent', file.telemetry?.recent, {
      otherwiseMs: 7_200_000,
      effect: 'How far back samples are kept exactly',
    }),
  }
  const oversubscription = readOversubscription(file.oversubscription, {
    fault: (path, detail) => fault(['oversubscription', ...path], detail),
    durationMs,
    telemetry,
  })
  const config: Config = {
    file: source?.file,
    stateDirectory,
    listen: listen ?? { host: '127.0.0.1', port: 7878 },
    databaseUrl,
    anonymous: anonymousText === 'nobody' ? undefined : (anonymousText as Role),
    clouds,
    cloudIds: clouds.map((cloud) => cloudId(cloud.id)),
    sources,
    speed,
    fileModes: file.modes ?? {},
    policy,
    placement: readPlacement(file.placement),
    preemption: readPreemption(file.preemption, {
      fault: (path, detail) => fault(['preemption', ...path], detail),
      durationMs,
    }),
    front,
    notices: readNotices(file.notices, {
      fault: (path, detail) => fault(['notices', ...path], detail),
      secret: (value, path) => secret(value, ['notices', ...path]),
      resolvePath: (path) => resolve(source === undefined ? options.directory : dirname(source.file), path),
      cloudIds: (file.clouds ?? []).map((cloud) => cloud.id),
      publicUrl: readPublicUrl(file.publicUrl, (detail) => fault(['publicUrl'], detail)),
      durationMs,
    }),
    tls: readTls(file.tls, {
      fault: (path, detail) => fault(['tls', ...path], detail),
      resolvePath: (path) => resolve(source === undefined ? options.directory : dirname(source.file), path),
    }),
    people: readPeople(file.people, {
      fault: (path, detail) => fault(['people', ...path], detail),
      secret: (value, path) => secret(value, ['people', ...path]),
      resolvePath: (path) => resolve(source === undefined ? options.directory : dirname(source.file), path),
      durationMs,
      openStackIds: (file.clouds ?? []).filter(({ kind }) => kind === 'openstack').map(({ id }) => id),
      hasTls: file.tls !== undefined,
    }),
    periods: {
      observeMs: durationMs('periods.observe', file.periods?.observe, {
        otherwiseMs: 60_000,
        effect: 'How often each cloud is read',
      }),
      sampleMs: durationMs('periods.sample', file.periods?.sample, {
        otherwiseMs: 60_000,
        effect: 'How often usage is measured',
      }),
      decideMs: durationMs('periods.decide', file.periods?.decide, {
        otherwiseMs: 60_000,
        effect: 'How often a plan is made',
      }),
    },
    telemetry,
    oversubscription,
    energy: readEnergy(file.energy, {
      meters,
      fault: (path, detail) => fault(['energy', ...path], detail),
      resolvePath: (path) => resolve(source === undefined ? options.directory : dirname(source.file), path),
    }),
    power: readPower(file.power, {
      fault: (path, detail) => fault(['power', ...path], detail),
      durationMs,
      secret: (value, path) => secret(value, ['power', ...path]),
      resolvePath: (path) => resolve(source === undefined ? options.directory : dirname(source.file), path),
      cloudIds: (file.clouds ?? []).map((cloud) => cloud.id),
    }),
    reservations: readReservations(file.reservations, {
      fault: (path, detail) => fault(['reservations', ...path], detail),
      secret: (value, path) => secret(value, ['reservations', ...path]),
      resolvePath: (path) => resolve(source === undefined ? options.directory : dirname(source.file), path),
      durationMs,
    }),
    opportunism: readOpportunism(file.opportunism, {
      fault: (path, detail) => fault(['opportunism', ...path], detail),
      durationMs,
    }),
    retention: {
      plansMs: durationMs('retention.plans', file.retention?.plans, {
        otherwiseMs: 7 * 86_400_000,
        effect: 'How long plans are kept',
      }),
      ledgerMs: durationMs('retention.ledger', file.retention?.ledger, {
        otherwiseMs: 90 * 86_400_000,
        effect: 'How long ledger totals are kept',
      }),
      historyMs: durationMs('retention.history', file.retention?.history, {
        otherwiseMs: 365 * 86_400_000,
        effect: 'How long the journal is kept',
      }),
      energyMs: durationMs('retention.energy', file.retention?.energy, {
        otherwiseMs: 400 * 86_400_000,
        effect: 'How long hours of energy are kept',
      }),
    },
    rules,
    logLevel: file.log ?? 'info',
    origins,
  }
  try {
    // Makes nothing yet: it only works out whether the windows fit.
    new TelemetryWindows(config.telemetry)
  } catch (error) {
    fault(['telemetry'], describeError(error))
  }
  for (const capability of capabilities) {
    const mode = file.modes?.[capability]
    if (mode !== undefined)
      origins.push({
        name: `modes.${capability}`,
        value: mode,
        source: 'file',
        where: source && `${source.file}:${lineOf(source, ['modes', capability])}`,
        effect: 'How far the capability may go; read-only while the file sets it',
      })
  }
  throwFaults(
    { file: source?.file ?? 'environment' },
    faults.sort((a, b) => a.line - b.line),
  )
  return config
}

/** A rule without `covers` covers everything. */
function withCoverage(rule: unknown): unknown {
  return typeof rule === 'object' && rule !== null && !Array.isArray(rule) ? { covers: {}, ...rule } : rule
}
