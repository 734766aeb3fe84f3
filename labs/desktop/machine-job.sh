#!/bin/bash
# What runs in the desktop: a payload in a control group of its own, the agent, and a small hand for the test outside. The payload
# writes a line to the second serial line every 20 ms, so that the test sees when it stands still. What the test writes to the third
# line is done here, one command a line; the answer goes to the first.
HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
export HOME=/root
stty -F /dev/ttyS1 raw -echo
stty -F /dev/ttyS2 raw -echo
mkdir -p /sys/fs/cgroup/lent /etc/gleaner /run/gleaner-agent /var/lib/gleaner-agent /run/systemd/sessions
cat > /etc/gleaner/agent.yaml <<YAML
name: desk
absent: 3s
continueAfter: 2s
grace: 1s
backOff: { first: 0s }
monitors:
  keyboard:
  pointer: { bump: false }
  ps2: { needed: true }
  terminals: { ignore: [ttyS0, ttyS1, ttyS2] }
  sessions:
  battery: { absent: 1s }
guests:
  - { cgroup: lent }
YAML
(
  echo $BASHPID > /sys/fs/cgroup/lent/cgroup.procs
  exec node -e 'const { openSync, writeSync } = require("node:fs"); const fd = openSync("/dev/ttyS1", "w"); setInterval(() => writeSync(fd, ".\n"), 20)'
) &
agent() { node "$ROOT/packages/agent/bin/gleaner-agent.js" run; }
agent &
grep -E 'i8042' /proc/interrupts
echo "READY after $(cut -d' ' -f1 /proc/uptime) s"
while read -r words < /dev/ttyS2; do
  case $words in
    status) node "$ROOT/packages/agent/bin/gleaner-agent.js" status; node "$ROOT/packages/agent/bin/gleaner-agent.js" monitors ;;
    run\ *) eval "${words#run }" ;;
    end) break ;;
  esac
  echo "DONE $words"
done
