// A guest that lends memory and needs it back as soon as it has left it. Time runs fast: what a guest usually uses has to be measured.
import { runChild } from './file-cloud-child.mjs'

const yaml = `
listen: 127.0.0.1:0
modes: { oversubscription: enforce, idleness: 'off' }
policy:
  coolDown: 1h
  snapshotMaxAge: 1h
  telemetryMaxAge: 1h
  actionTimeout: 10h
  budgets: { actionsPerMinute: 100, hostShare: 1, projectShare: 1 }
oversubscription:
  ballooning: { mode: enforce, gainMiB: 512, leastMiB: 256, scope: 4m, silent: 10h, look: 1m, grace: 1000h }
log: error
`

await runChild({
  yaml,
  speed: 120,
  cloud: { instances: 1, lendsMemory: true },
  mine: { cloud: (cloud, deadly) => deadly(cloud, 'act', 'act') },
})
