# shellcheck shell=bash
# What the lab tests share: a transcript of what was tried and what was seen, and a Gleaner of their own.
# Sourced; `serve` wants GLEANER_STATE_DIR.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export GLEANER_LISTEN=127.0.0.1:0 NO_COLOR=1
began=$SECONDS
failures=0
server=''

say() { printf '\n$ %s\n' "$*"; }
gleaner() { node "$ROOT/packages/cli/bin/gleaner.js" "$@"; }
show() { say "gleaner $*"; gleaner "$@"; }
seen() { printf '  ✓ %s (%s s after the start)\n' "$1" "$((SECONDS - began))"; }
# Told apart from the ✗ in what Gleaner says.
missed() { printf '  ✗ FAILED: %s\n' "$1"; failures=$((failures + 1)); }

# expect WHAT COMMAND…: now or never; what the command said is shown when it is not so. By a file: what it starts may live on and hold a pipe open.
expect() {
  local said
  said=$(mktemp)
  if "${@:2}" >"$said" 2>&1; then seen "$1"; else missed "$1: not so"; sed 's/^/      /' "$said"; fi
  rm -f "$said"
}

# expect_shown WHAT COMMAND…: the same for a command whose own output belongs to the transcript
expect_shown() { if "${@:2}"; then seen "$1"; else missed "$1: not so"; fi; }

# equal WHAT EXPECTED FOUND
equal() { if [ "$2" = "$3" ]; then seen "$1"; else missed "$1: \"$3\" where \"$2\" was expected"; fi; }

# until_seen SECONDS WHAT COMMAND…: asks every second. SECONDS are ample on a small machine; one that is busy or slow gets three times as
# many, until something was missed: what follows would often be waited for in vain. The command is run anew each time, its words are not:
# what has to be asked again stands in a function.
until_seen() {
  local limit=$((SECONDS + $1 * (failures == 0 ? 3 : 1))) what=$2
  shift 2
  while [ "$SECONDS" -lt "$limit" ]; do
    if "$@" >/dev/null 2>&1; then seen "$what"; return 0; fi
    sleep 1
  done
  missed "$what: not seen in time"
  return 1
}

# Of an instance, as Gleaner has it.
state_of() { gleaner instances --json "$1" | node -e '
  const { items } = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
  console.log(items.find((item) => item.name === process.argv[1])?.state ?? "none")' "$1"; }
is() { [ "$(state_of "$1")" = "$2" ]; }
# says NAME TEXT: `gleaner why NAME` holds the text.
# Here and elsewhere not through a pipe: `grep -q` closes it at the first match, and with pipefail what still writes makes it a failure.
says() { grep -q -- "$2" <<<"$(gleaner why "$1")"; }

# serve CONFIG FOLDER: starts Gleaner, its output into FOLDER/server.out and server.log, and waits for its address
serve() {
  : > "$2/server.out"
  node "$ROOT/packages/cli/bin/gleaner.js" serve --config "$1" >"$2/server.out" 2>"$2/server.log" &
  server=$!
  for _ in $(seq 600); do
    GLEANER_URL=$(grep -om1 'http://127.0.0.1:[0-9]*' "$2/server.out" || true)
    [ -n "$GLEANER_URL" ] && break
    kill -0 "$server" 2>/dev/null || { cat "$2/server.out" "$2/server.log"; return 1; }
    sleep 0.2
  done
  export GLEANER_URL
  [ -n "$GLEANER_URL" ] || { echo 'Gleaner does not tell its address'; return 1; }
}

# The end of it, in a test that is over and in one that was cut short.
end_server() {
  kill -TERM "$server"
  if wait "$server"; then seen 'Gleaner ended in order'; else missed 'Gleaner did not end in order'; fi
  server=''
}
drop_server() { if [ -n "$server" ]; then kill -TERM "$server" 2>/dev/null; wait "$server" 2>/dev/null; server=''; fi; }

# result NAME: the last line; the status is that of the test
result() {
  echo
  if [ "$failures" = 0 ]; then echo "$1: all seen"; else echo "$1: $failures not seen"; fi
  [ "$failures" = 0 ]
}
