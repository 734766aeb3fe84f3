// A host that is sold four times over. Time runs fast: an estimate needs a whole scope that was measured.
import { runChild } from './file-cloud-child.mjs'

const yaml = `
listen: 127.0.0.1:0
modes: { oversubscription: enforce, idleness: 'off' }
policy: { coolDown: 1h, snapshotMaxAge: 1h, telemetryMaxAge: 1h, actionTimeout: 10h }
oversubscription: { scope: 4m, keep: 100h }
log: error
`

await runChild({
  yaml,
  speed: 120,
  cloud: { instances: 2, coreRatio: 4 },
  mine: { cloud: ({ ratioControl }, deadly) => deadly(ratioControl, 'setRatios', 'act') },
})
