// What npm start shows where nothing is configured: a small datacentre whose time runs 60 times faster, with a few rules
// that match within minutes. Their own mode is enforce, so that the one switch of the capability, which starts in observe,
// decides how far it goes.
import type { RuleDefinition } from '@gleaner/model'
import type { Store } from '@gleaner/ports'

export const demoConfig = `
clouds:
  - { id: demo, kind: simulated, seed: 7, hosts: 24, instances: 300, projects: 6, desktops: 4 }
speed: 60
meters:
  - { id: strip, kind: simulated, cloud: demo }
energy: { carbon: 60, price: 0.21 }
`

const demoRules: readonly RuleDefinition[] = [
  {
    name: 'forgotten',
    description: 'Nothing has happened on it for half a day: suspend it. Its memory comes back, its place stays.',
    expression:
      'instance.state == "running" && instance.ageS > 86400 && coverage(cpu, "12h") > 0.9 && shareBelow(cpu, 0.05, "12h") >= 0.97 && shareBelow(networkTx, 2000, "12h") >= 0.95',
    action: 'suspend',
    covers: {},
    grace: '30m',
    mode: 'enforce',
    priority: 100,
    enabled: true,
  },
  {
    name: 'idle-notebooks',
    description: 'Notebooks nobody has been logged in to for three hours: stop them, the owner starts them again.',
    expression: 'instance.state == "running" && maximum(users, "3h") < 1 && percentile(cpu, 95, "3h") < 0.1',
    action: 'stop',
    covers: { expression: 'glob(instance.name, "*notebook*")' },
    grace: '20m',
    mode: 'enforce',
    priority: 200,
    enabled: true,
  },
  {
    name: 'oversized',
    description: 'Uses less than a tenth of its cores for a week: tell the owner, do nothing.',
    expression: 'instance.vcpus >= 4 && coverage(cpu, "7d") > 0.9 && percentile(cpu, 95, "7d") < 0.1 * instance.vcpus',
    action: 'notify',
    covers: {},
    grace: '0s',
    mode: 'enforce',
    priority: 50,
    enabled: true,
  },
]

/** Once, into an empty rule list: afterwards the rules belong to whoever edits them. */
export async function addDemoRules(store: Store, nowMs: number): Promise<void> {
  const marker = 'demo.rules'
  if ((await store.settings.all()).has(marker)) return
  for (const rule of demoRules) {
    if ((await store.rules.find(rule.name)) === undefined) await store.rules.create(rule, 'demo', nowMs)
  }
  await store.settings.set(marker, true, { by: 'demo', nowMs })
}
