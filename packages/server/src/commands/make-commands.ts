// All commands of the API, bound to the running server.
import type { PreemptionSaga } from '../actions/preemption-saga.ts'
import type { Commands } from '../application.ts'
import type { CommandQueue } from '../decide/command-queue.ts'
import type { Runtime } from '../runtime.ts'
import { act, approve } from './act.ts'
import { audit } from './audit.ts'
import { keep, keepByLink, releaseHold, veto } from './holds.ts'
import { leaseCommands } from './leases.ts'
import { pause, setMode, unpause } from './modes.ts'
import { wishPower } from './power.ts'
import { offerCommands } from './offer-hosts.ts'
import { setOptOut, setPreemptible, testEviction } from './preemption.ts'
import { projectCommands } from './projects.ts'
import { roomCommands } from './rooms.ts'
import { createRule, removeRule, updateRule } from './rules.ts'

export function makeCommands(runtime: Runtime, queue: CommandQueue, saga: PreemptionSaga): Commands {
  return {
    setMode: (capability, mode, caller) => setMode(runtime, { capability, mode }, caller),
    pause: (reason, caller) => pause(runtime, reason, caller),
    unpause: (caller) => unpause(runtime, caller),
    act: (instanceId, request, caller) => act(runtime, queue, { request: { instanceId, ...request }, caller }),
    keep: (instanceId, request, caller) => keep(runtime, instanceId, { ...request, caller }),
    keepByLink: (link, from) => keepByLink(runtime, link, from),
    releaseHold: (id, caller) => releaseHold(runtime, id, caller),
    approve: (proposalId, caller) => approve(runtime, proposalId, caller),
    veto: (proposalId, request, caller) => veto(runtime, proposalId, { ...request, caller }),
    clearProblem: async (id, caller) => {
      const problem = await runtime.store.problems.clear(id, caller.name, runtime.clock.nowMs())
      await audit(runtime, caller, { what: 'clear problem', object: problem.subject, before: { code: problem.code } })
      runtime.hub.tell('problem')
      return problem
    },
    createRule: (definition, caller) => createRule(runtime, definition, caller),
    updateRule: (id, change, caller) => updateRule(runtime, { id, ...change }, caller),
    removeRule: (id, caller) => removeRule(runtime, id, caller),
    ...roomCommands(runtime, saga),
    ...leaseCommands(runtime),
    ...offerCommands(runtime),
    ...projectCommands(runtime),
    wishPower: (hostId, wish, caller) => wishPower(runtime, { hostId, wish }, caller),
    testEviction: (id, caller) => testEviction(runtime, id, caller),
    setPreemptible: (id, preemptible, caller) => setPreemptible(runtime, { id, preemptible }, caller),
    setOptOut: (id, optOut, caller) => setOptOut(runtime, { id, optOut }, caller),
  }
}
