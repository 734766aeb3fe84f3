// Status and figures of the whole, modes, the pause button, settings, history and problems.
import { GleanerError } from '@gleaner/model'
import type { FakeState } from '../fake-state.ts'
import { pageOf } from '../lists.ts'
import { savingsOf } from '../savings.ts'
import { spanOf } from '../spans.ts'
import { statusOf } from '../status.ts'
import { addLines } from '../world.ts'
import type { Handlers } from './handler.ts'

export function systemHandlers(state: FakeState) {
  const { world } = state
  return {
    getStatus: () => statusOf(state),
    getSavings: ({ query }) => savingsOf(state, query.by ?? 'rule'),
    getReport: () => {
      const none = { actions: 0, coreHours: 0, memoryGiBHours: 0, kWh: null, kWhUnknownOf: 0 }
      const span = { at: state.iso(), from: state.iso(-86_400_000), to: state.iso() }
      const words = { subject: 'Report of Gleaner', text: 'Nothing was done in this time.' }
      const lines = { projects: null, done: none, would: none, rules: [], byProject: [], links: [] }
      return { version: 1 as const, id: 'rpt_1', kind: 'report' as const, ...span, ...words, ...lines }
    },
    getLedgerHistory: ({ query }) => {
      const { fromMs, toMs, points } = spanOf(state, query)
      const cores = addLines(world.hosts.map((host) => host.ledger.cores))
      const memoryMiB = addLines(world.hosts.map((host) => host.ledger.memoryMiB))
      return {
        items: Array.from({ length: points }, (_, i) => {
          const atMs = fromMs + ((toMs - fromMs) * i) / points
          const wave = 0.75 + 0.25 * Math.sin((atMs / 86_400_000) * 2 * Math.PI)
          const scaled = (line: typeof cores) => ({
            ...line,
            used: (line.used ?? 0) * wave,
            firmPeak: line.firmPeak * (0.9 + 0.1 * wave),
            idle: line.usable - line.firmPeak * (0.9 + 0.1 * wave) - line.lent - line.headroom,
          })
          return {
            at: new Date(atMs).toISOString(),
            hosts: world.hosts.length,
            measuredHosts: world.hosts.length - 1,
            cores: scaled(cores),
            memoryMiB: scaled(memoryMiB),
          }
        }),
      }
    },
    setMode: ({ params, body }) => {
      state.modes.set(params.capability, body.mode)
      state.tell('settings')
      state.tell('status')
      return { capability: params.capability, mode: body.mode, source: 'api' }
    },
    pause: ({ body, who }) => {
      state.paused = { by: who?.name ?? 'somebody', since: state.iso(), reason: body.reason ?? '' }
      state.tell('status')
      return state.paused
    },
    unpause: () => {
      state.paused = undefined
      state.tell('status')
      return {}
    },
    getSettings: () => ({
      items: [
        { name: 'listen', value: '127.0.0.1:7878', source: 'default', effect: 'Address of the API and of this page.' },
        {
          name: 'clouds.lab.driver',
          value: 'libvirt',
          source: 'file',
          where: 'gleaner.yaml:4',
          effect: 'How lab is read and acted upon.',
        },
        {
          name: 'confirmations',
          value: 2,
          source: 'default',
          effect: 'Matches in a row, each on new data, before a proposal counts.',
        },
        {
          name: 'budgets.actionsPerMinute',
          value: 10,
          source: 'file',
          where: 'gleaner.yaml:19',
          effect: 'No more actions than this in a minute.',
        },
        {
          name: 'stateDirectory',
          value: '/var/lib/gleaner',
          source: 'environment',
          where: 'GLEANER_STATE_DIR',
          effect: 'Where PostgreSQL keeps its data.',
        },
        {
          name: 'protectedTags',
          value: ['gleaner-protected'],
          source: 'default',
          effect: 'Instances with one of these tags are never acted upon.',
        },
      ],
    }),
    listHistory: ({ query }) => {
      const words = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean)
      const hits = state.journal.filter(
        (entry) =>
          (query.state === undefined || entry.state === query.state) &&
          (query.cause === undefined || entry.cause === query.cause) &&
          (query.instance === undefined || entry.instanceId === query.instance || entry.instance === query.instance) &&
          words.every((word) => `${entry.instance} ${entry.project} ${entry.cause} ${entry.host ?? ''}`.includes(word)),
      )
      return pageOf(hits, query)
    },
    getHistoryEntry: ({ params }) => {
      const entry = state.journal.find((e) => e.id === params.id)
      if (!entry) throw new GleanerError('not-found', { object: `action ${params.id}` })
      return entry
    },
    listProblems: ({ query }) => ({ items: state.problems.filter((p) => query.all === true || p.state === 'open') }),
    clearProblem: ({ params }) => {
      const problem = state.problems.find((p) => p.id === params.id)
      if (!problem) throw new GleanerError('not-found', { object: `problem ${params.id}` })
      problem.state = 'cleared'
      problem.clearedBy = 'ada'
      state.tell('problem', problem)
      state.tell('status')
      return problem
    },
    listAudit: ({ query }) =>
      pageOf(
        [
          {
            at: state.iso(-500_000),
            by: 'ada',
            from: '10.0.0.7',
            what: 'set mode',
            object: 'idleness',
            before: 'observe',
            after: 'advise',
          },
        ],
        query,
      ),
  } satisfies Partial<Handlers>
}
