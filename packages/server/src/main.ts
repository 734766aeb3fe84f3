// Puts the running server together, in the order in which a failure leaves nothing behind: lock the state directory, open
// the state, restore what was measured, connect the clouds, listen, run the loops. What was opened is closed in reverse
// order, whether the start fails half way or the server is stopped.
import type { Server } from 'node:https'
import { hostname } from 'node:os'
import { OnlineEstimator, TelemetryWindows } from '@gleaner/engine'
import { type CloudId, GleanerError } from '@gleaner/model'
import type { Clock, Cloud, Store, TelemetrySource } from '@gleaner/ports'
import type { Logger } from 'pino'
import { Executor } from './actions/executor.ts'
import { PreemptionSaga } from './actions/preemption-saga.ts'
import { buildApi } from './api/build-api.ts'
import type { Application } from './application.ts'
import { FirstAdministrator, lacksAdministrator } from './auth/first-administrator.ts'
import { LocalToken } from './auth/local-token.ts'
import { openFront } from './compat/nova/open-front.ts'
import { acceleratedClock } from './clock/accelerated-clock.ts'
import { realClock } from './clock/real-clock.ts'
import { makeCommands } from './commands/make-commands.ts'
import type { Config } from './config/config.ts'
import { ActionHistory } from './decide/action-history.ts'
import { CommandQueue } from './decide/command-queue.ts'
import { InstanceMemories } from './decide/instance-memories.ts'
import { RuleShelf } from './decide/rule-book.ts'
import { DesktopDesk } from './desktops/desktop-desk.ts'
import { LendingBook } from './desktops/lending-book.ts'
import { Consolidator } from './energy/consolidator.ts'
import { PowerBook } from './energy/power-book.ts'
import { EventHub } from './events/hub.ts'
import { actionEnded } from './actions/action-ended.ts'
import { actLoop } from './loops/act.ts'
import { balloonLoop, canLendMemory } from './loops/balloon.ts'
import { type DecideParts, decideLoop } from './loops/decide.ts'
import { noticeChannels } from './notices/channels.ts'
import { tellsGuests } from './notices/add-notice.ts'
import { deliverGuestsLoop } from './loops/deliver-guests.ts'
import { deliverLoop } from './loops/deliver.ts'
import { reportLoop } from './loops/report.ts'
import { energyLoop } from './loops/energy.ts'
import { estimateLoop } from './loops/estimate.ts'
import { hearDesktopsLoop } from './loops/hear-desktops.ts'
import { housekeepingLoop } from './loops/housekeeping.ts'
import { leadLoop } from './loops/lead.ts'
import type { Loop } from './loops/loop.ts'
import { backFillLoop } from './loops/back-fill.ts'
import { meterLoop } from './loops/meter.ts'
import { observeLoop } from './loops/observe.ts'
import { preemptLoop } from './loops/preempt.ts'
import { fencesLoop } from './loops/fences.ts'
import { leasesLoop } from './loops/leases.ts'
import { persistLoop, persistNow } from './loops/persist.ts'
import { checkListsLoop } from './loops/check-lists.ts'
import { renewCertificateLoop } from './loops/renew-certificate.ts'
import { sampleLoop } from './loops/sample.ts'
import { sampleSourceLoop } from './loops/sample-source.ts'
import { watchLoop } from './loops/watch.ts'
import { watchdogLoop } from './loops/watchdog.ts'
import { makeInsight } from './insight/make-insight.ts'
import { stateCodec } from './oversubscription/state-codec.ts'
import { MeteringDesk } from './energy/metering-desk.ts'
import type { KeepLinks } from './links/keep-links.ts'
import { openKeepLinks } from './links/open-keep-links.ts'
import { EvictionDesk } from './preemption/desk.ts'
import { FenceKeeper } from './reservation/fence-keeper.ts'
import { LeaseDesk } from './reservation/lease-desk.ts'
import { EvictionOffers } from './preemption/offers.ts'
import { ProblemReporter } from './problems/reporter.ts'
import { type Runtime, cloudCallTimeoutMs } from './runtime.ts'
import { makeClouds } from './startup/make-clouds.ts'
import { makeMeter } from './startup/make-meters.ts'
import { makeSources } from './startup/make-sources.ts'
import { addDemoRules } from './startup/demo.ts'
import { openLog } from './startup/open-log.ts'
import { openState } from './startup/open-store.ts'
import { type StepReporter, silent, step } from './startup/progress.ts'
import { backfill, restoreTelemetry } from './startup/restore-telemetry.ts'
import { isSimulated, restoreSimulated, simulatedStartMs } from './startup/simulated-state.ts'
import { Directories } from './sources/directories.ts'
import { MetricOwners } from './sources/metric-owners.ts'
import { emptyState } from './state/empty-state.ts'
import { loadSettings } from './state/load-settings.ts'
import { usageReader } from './usage/usage-reader.ts'
import { version } from './version.ts'

export interface StartOptions {
  readonly config: Config
  readonly reporter?: StepReporter
  /** Adds the rules of the demonstration to an empty list. */
  readonly demo?: boolean
  /** Gives the start up when it fires; what was opened is closed again. */
  readonly signal?: AbortSignal
  /** Where the clouds come from; the configuration if absent. */
  readonly makeClouds?: (clock: Clock) => readonly Cloud[]
  /** Where the sources of measurements come from; the configuration if absent. */
  readonly makeSources?: (clock: Clock) => readonly TelemetrySource[]
  /** The time everything runs by; the system's, or that of the simulation, if absent. */
  readonly clock?: Clock
  /** Puts something between the server and its store. */
  readonly wrapStore?: (store: Store) => Store
}

export interface RunningGleaner {
  readonly url: string
  /** Where the first administrator comes in, while there is none. */
  readonly firstLink: string | undefined
  readonly application: Application
  stop(reporter?: StepReporter): Promise<void>
}

type Cleanup = (reporter: StepReporter) => Promise<void>

export async function startGleaner(options: StartOptions): Promise<RunningGleaner> {
  const cleanups: Cleanup[] = []
  let stopped: Promise<void> | undefined
  const stop = (reporter: StepReporter = silent) => (stopped ??= cleanUp(cleanups, reporter))
  try {
    return { ...(await start(options, cleanups)), stop }
  } catch (error) {
    await stop(options.reporter)
    throw error
  }
}

/** Everything is tried, also when something before it failed; the first failure is told. */
async function cleanUp(cleanups: readonly Cleanup[], reporter: StepReporter): Promise<void> {
  const failures: unknown[] = []
  for (const cleanup of cleanups.toReversed()) await cleanup(reporter).catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

async function start(options: StartOptions, cleanups: Cleanup[]): Promise<Omit<RunningGleaner, 'stop'>> {
  const { config, reporter = silent, signal } = options
  const goOn = () => signal?.throwIfAborted()
  const opened = await openState(config, reporter)
  cleanups.push((told) => step(told, 'stop PostgreSQL', () => opened.close()))
  goOn()
  const store = options.wrapStore?.(opened.store) ?? opened.store

  const log = openLog(config)
  const clock = options.clock ?? makeClock(config)
  const clouds = options.makeClouds?.(clock) ?? makeClouds(config, clock)
  cleanups.push(async () => {
    await Promise.all(clouds.map((cloud) => cloud.close()))
  })
  const sources = options.makeSources?.(clock) ?? makeSources(config, clock)
  cleanups.push(async () => {
    await Promise.all(sources.map((source) => source.close()))
  })
  const simulated = clouds.filter(isSimulated)
  for (const cloud of simulated) restoreSimulated(cloud, config.stateDirectory, log)

  const telemetry = new TelemetryWindows({ stepMs: config.telemetry.stepMs, recentMs: config.telemetry.recentMs })
  const restored = await step(reporter, 'restore what was measured', () =>
    restoreTelemetry({ telemetry, store, log, signal }),
  )
  goOn()
  if (simulated.length > 0 && restored === 0) {
    await step(reporter, 'simulate the past two weeks', () => backfill(simulated, { telemetry, clock, reporter }))
  }
  goOn()

  const { runtime, application, loops, lead, meters } = assemble({
    config,
    store,
    log,
    clock,
    clouds,
    sources,
    telemetry,
    opened: opened.info,
    keepLinks: await openKeepLinks(config),
  })
  cleanups.push(async () => {
    await Promise.all(meters.map((meter) => meter.close()))
  })
  await runtime.problems.remember()
  // Before anything runs: by the default modes all memory that is lent would be given back.
  await loadSettings(runtime)
  if (options.demo === true) await addDemoRules(store, clock.nowMs())
  if (config.file !== undefined) await store.rules.replaceFileRules(config.rules, clock.nowMs())

  const localToken = await LocalToken.create(config.stateDirectory)
  cleanups.push(() => localToken.remove())
  const front = config.front === undefined ? undefined : await openFront(application, config.front)
  const firstAdministrator = new FirstAdministrator(realClock)
  const api = buildApi(application, { localToken, front, firstAdministrator })
  cleanups.push(async () => {
    await front?.close()
    await api.close()
  })
  const url = await listen(api, config)
  if (config.tls !== undefined && 'setSecureContext' in api.server) {
    const renewal = renewCertificateLoop({
      ...config,
      tls: config.tls,
      server: api.server as Server,
      problems: runtime.problems,
    })
    cleanups.push(() => renewal.stop())
    renewal.start()
  }

  const { certificates } = config.people
  if (certificates !== undefined) {
    const lists = checkListsLoop({ certificates, problems: runtime.problems })
    cleanups.push(() => lists.stop())
    lists.start()
  }

  for (const cloud of clouds) {
    const unsubscribe = cloud.subscribe(() => runtime.wake(`observe:${cloud.id}`, 'watch'))
    cleanups.push(async () => unsubscribe())
  }
  cleanups.push(async (told) => {
    await step(told, 'end what is under way', async () => {
      await Promise.all(loops.map((loop) => loop.stop()))
      await persistNow(runtime)
      await lead.release()
    })
  })
  for (const loop of loops) loop.start()
  const lacks = await lacksAdministrator(store, { config, nowMs: realClock.nowMs() })
  return { url, application, firstLink: lacks ? `${url}${firstAdministrator.offer()}` : undefined }
}

interface Parts {
  readonly config: Config
  readonly store: Store
  readonly log: Logger
  readonly clock: Clock
  readonly clouds: readonly Cloud[]
  readonly sources: readonly TelemetrySource[]
  readonly telemetry: TelemetryWindows
  readonly opened: Application['storeInfo']
  readonly keepLinks: KeepLinks | undefined
}

function assemble({ config, store, log, clock, clouds, sources, telemetry, opened, keepLinks }: Parts) {
  const hub = new EventHub(clock)
  const state = emptyState(config)
  const byId = new Map<CloudId, Cloud>(clouds.map((cloud) => [cloud.id, cloud]))
  const loops: Loop[] = []
  const replica = `${hostname()}:${process.pid}`
  const directories = new Directories(state)
  const leases = new LeaseDesk({ store, state, hub })
  const usage = usageReader(telemetry, clock)
  const problems = new ProblemReporter({ store, clock, log, hub })
  const runtime: Runtime = {
    config,
    clock,
    log,
    hub,
    store,
    clouds: byId,
    telemetry,
    estimator: new OnlineEstimator(config.oversubscription.online, stateCodec),
    state,
    replica,
    problems,
    evictions: new EvictionDesk({ store, config, hub }),
    leases,
    fences: new FenceKeeper({ clouds: byId, clock, config, state, leases, problems, log, store }),
    energy: new MeteringDesk({ config, clock, store, state, directories, leases, usage }),
    power: new PowerBook({ store, settings: config.power, problems }),
    keepLinks,
    lending: new LendingBook({
      store,
      clock,
      state,
      settings: config.opportunism,
      weighsAvailability: (config.placement.multipliers.AvailabilityWeigher ?? 0) > 0,
    }),
    executor: new Executor({
      store,
      clouds: byId,
      readingOf: (cloudId) => state.clouds.get(cloudId)?.snapshot,
      clock,
      hub,
      log,
      actionTimeoutMs: config.policy.actionTimeoutMs,
      stepTimeoutsMs: {
        wake: config.power.wakeTimeoutMs,
        sleep: Math.max(config.policy.actionTimeoutMs, 3 * config.power.options.shutdownMs),
      },
      callTimeoutMs: cloudCallTimeoutMs,
    }),
    directories,
    owners: new MetricOwners(telemetry, suppliersOf(config, clouds), 3 * config.periods.sampleMs),
    wake: (...names) => {
      for (const loop of loops) if (names.includes(loop.name)) loop.wake()
    },
  }
  for (const { config: section, backfillMs } of config.sources) {
    if (backfillMs > 0) state.backFilling.set(section.id, 0)
  }
  const meters = config.energy.meters.map((settings) => ({
    settings,
    meter: makeMeter(settings, { clock, clouds, state, usage, store }),
  }))
  const commands = new CommandQueue()
  const memories = new InstanceMemories()
  const parts: DecideParts = {
    rules: new RuleShelf(runtime),
    memories,
    history: new ActionHistory(memories),
    commands,
    offers: new EvictionOffers(),
    due: { proposals: [] },
    refused: { list: [] },
    awake: { list: [] },
    consolidator: new Consolidator(runtime),
    seen: { table: undefined },
  }
  const saga = new PreemptionSaga(runtime, parts)
  const lead = leadLoop(runtime)
  loops.push(
    lead.loop,
    ...clouds.flatMap((cloud) => [observeLoop(runtime, cloud), sampleLoop(runtime, cloud)]),
    ...sources.map((source) => sampleSourceLoop(runtime, source)),
    ...(state.backFilling.size > 0 ? [backFillLoop(runtime, sources)] : []),
    estimateLoop(runtime),
    decideLoop(runtime, parts),
    actLoop(runtime, parts),
    ...(canLendMemory(clouds) ? [balloonLoop(runtime)] : []),
    leasesLoop(runtime, commands),
    ...(clouds.some(({ leaseFences }) => leaseFences !== undefined) ? [fencesLoop(runtime)] : []),
    ...meters.map(({ meter, settings }) => meterLoop(runtime, meter, settings)),
    ...(meters.length > 0 ? [energyLoop(runtime)] : []),
    preemptLoop(runtime, { saga, offers: parts.offers }),
    watchLoop(runtime, { ended: (entry) => actionEnded(runtime, entry) }),
    ...noticeChannels(config.notices).map((channel) => deliverLoop(runtime, channel)),
    ...clouds.filter(({ id }) => tellsGuests(runtime, id)).map((cloud) => deliverGuestsLoop(runtime, cloud)),
    ...(config.notices.report === undefined ? [] : [reportLoop(runtime, config.notices.report)]),
    persistLoop(runtime),
    housekeepingLoop(runtime),
    watchdogLoop(runtime, () => loops.map((loop) => loop.status())),
  )
  const desktops = new DesktopDesk({
    store,
    clock,
    hub,
    settings: config.opportunism,
    changed: () => runtime.wake('decide'),
  })
  for (const cloud of clouds) {
    const { desktopAgents: agents } = cloud
    if (agents !== undefined) loops.push(hearDesktopsLoop(runtime, { cloud, agents, desk: desktops }))
  }
  const application: Application = {
    version,
    replica,
    startedAtMs: clock.nowMs(),
    clock,
    config,
    log,
    store,
    storeInfo: opened,
    clouds: byId,
    sources: new Map(sources.map((source) => [source.id, source])),
    state,
    hub,
    commands: makeCommands(runtime, commands, saga),
    usage,
    estimates: runtime.estimator,
    energy: runtime.energy,
    insight: makeInsight(runtime, parts),
    keepLinks,
    desktops,
    loops: () => loops.map((loop) => loop.status()),
  }
  return { runtime, application, loops, lead, meters: meters.map(({ meter }) => meter) }
}

/** Per cloud, whose figures weigh most: sources that are preferred, its driver, the other sources. */
function suppliersOf(config: Config, clouds: readonly Cloud[]): readonly (readonly string[])[] {
  return clouds.map((cloud) => {
    const sources = config.sources.filter((source) => source.clouds.includes(cloud.id))
    const ids = (prefer: 'driver' | 'source') =>
      sources.filter((source) => source.prefer === prefer).map((source) => source.config.id)
    return [...ids('source'), cloud.id, ...ids('driver')]
  })
}

function makeClock(config: Config): Clock {
  const simulated = config.clouds.filter((cloud) => cloud.kind === 'simulated').map((cloud) => cloud.id)
  if (simulated.length === 0 || simulated.length < config.clouds.length) return realClock
  if (config.speed === 1) return realClock
  return acceleratedClock(simulatedStartMs(config.stateDirectory, simulated, realClock.nowMs()), config.speed)
}

async function listen(api: ReturnType<typeof buildApi>, config: Config): Promise<string> {
  const { host, port } = config.listen
  try {
    const url = await api.listen({ host, port })
    return config.tls === undefined ? url : url.replace(/^http:/, 'https:')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new GleanerError('address-in-use', { address: `${host}:${port}` }, { cause: error })
  }
}
