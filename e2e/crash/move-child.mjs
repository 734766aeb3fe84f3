// Two hosts; an instance of one project stands on the one that another project is going to lease. Time runs fast.
import { runChild } from './file-cloud-child.mjs'

const yaml = `
listen: 127.0.0.1:0
modes: { reservations: enforce, idleness: 'off' }
policy: { snapshotMaxAge: 1h, telemetryMaxAge: 1h, actionTimeout: 10h }
log: error
`

await runChild({
  yaml,
  speed: 60,
  cloud: { instances: 1, migrates: true },
  mine: { cloud: ({ migration }, deadly) => deadly(migration, 'migrate', 'act') },
})
