// The answer of the fake server to each endpoint; those of one area stand together in handlers/.
import type { FakeState } from './fake-state.ts'
import { accessHandlers } from './handlers/access.ts'
import { hostHandlers } from './handlers/hosts.ts'
import { instanceHandlers } from './handlers/instances.ts'
import { leaseHandlers } from './handlers/leases.ts'
import { planHandlers } from './handlers/plan.ts'
import { ruleHandlers } from './handlers/rules.ts'
import { systemHandlers } from './handlers/system.ts'
import { tenantHandlers } from './handlers/tenants.ts'
import { type Handlers } from './handlers/handler.ts'

export function handlersOf(state: FakeState): Handlers {
  return {
    ...leaseHandlers(state),
    ...systemHandlers(state),
    ...accessHandlers(state),
    ...tenantHandlers(state),
    ...hostHandlers(state),
    ...instanceHandlers(state),
    ...planHandlers(state),
    ...ruleHandlers(state),
  }
}
