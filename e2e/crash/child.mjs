// Two idle instances, each to be suspended.
import { runChild } from './file-cloud-child.mjs'

const yaml = `
listen: 127.0.0.1:0
periods: { observe: 200ms, sample: 200ms, decide: 200ms }
modes: { idleness: enforce }
policy: { coolDown: 1h, personWins: 1h, budgets: { actionsPerMinute: 100, hostShare: 1, projectShare: 1 } }
rules:
  - name: every-idle-one
    expression: instance.state == "running" && cpu < 0.5
    action: suspend
    grace: 0s
    mode: enforce
log: error
`

await runChild({
  yaml,
  cloud: { instances: 2 },
  mine: { cloud: (cloud, deadly) => deadly(cloud, 'act', 'act') },
})
