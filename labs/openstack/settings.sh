# shellcheck shell=bash disable=SC2034
# What `up` and `down` share: where the lab lies, its ports, how its processes are started and ended.
# Sourced with FOLDER set. Everything that is written lies below FOLDER; everything that listens does so on loopback.

# Hosts of nova's fake driver, 10 cores, 8192 MiB, 1028 GiB each: of a lab that was up before, as many as it has.
COMPUTES=${LAB_COMPUTES:-$(cat "$FOLDER/.mapped" 2>/dev/null || echo 10)}
PASSWORD=${LAB_PASSWORD:-gleaner-lab}         # of every account
NOVA_EXTRA=${LAB_NOVA_EXTRA:-}                # a file that is appended to nova.conf
RATIO_HOST=${LAB_RATIO_HOST:-}               # compute-N whose nova.conf sets cpu_allocation_ratio = 4.0
PYTHON=/usr/bin/python3                       # Debian's own: the packages are installed for no other
ETC=$FOLDER/etc RUN=$FOLDER/run LOG=$FOLDER/log DATA=$FOLDER/data

say() { printf '%4d s  %s\n' "$SECONDS" "$*" >&2; }
is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# One block of ports for each folder, chosen once: the cloud's catalogue holds them.
choose_ports() {
  local base
  if [ -s "$FOLDER/ports" ]; then
    base=$(cat "$FOLDER/ports")
  else
    for base in $(seq 27000 100 31900); do is_listening $((base + 1)) || is_listening $((base + 4)) || break; done
    echo "$base" > "$FOLDER/ports"
  fi
  DB_PORT=$((base + 1)) RABBIT_PORT=$((base + 2)) DIST_PORT=$((base + 3)) KEYSTONE_PORT=$((base + 4))
  PLACEMENT_PORT=$((base + 5)) NOVA_PORT=$((base + 6)) GLANCE_PORT=$((base + 7)) NEUTRON_PORT=$((base + 8))
  EPMD_PORT=$((base + 9))
  AUTH_URL=http://127.0.0.1:$KEYSTONE_PORT/v3
  RABBIT_URL=amqp://lab:$PASSWORD@127.0.0.1:$RABBIT_PORT/
}

is_alive() { [ -s "$RUN/$1.pid" ] && kill -0 "$(cat "$RUN/$1.pid")" 2>/dev/null; }

# start NAME COMMAND…: once, as the leader of a process group of its own, so that `finish` ends its children too
start() {
  local name=$1
  shift
  is_alive "$name" && return 0
  setsid nice -n 3 "$@" >>"$LOG/$name.log" 2>&1 </dev/null &
  echo $! > "$RUN/$name.pid"
}

# finish SECONDS NAME…: asks all of them to end, waits, then insists
finish() {
  local until_s=$((SECONDS + $1)) name pid
  shift
  for name in "$@"; do
    if is_alive "$name"; then kill -TERM -- "-$(cat "$RUN/$name.pid")" 2>/dev/null; fi
  done
  for name in "$@"; do
    [ -s "$RUN/$name.pid" ] || continue
    pid=$(cat "$RUN/$name.pid")
    while kill -0 -- "-$pid" 2>/dev/null && [ "$SECONDS" -lt "$until_s" ]; do sleep 0.2; done
    if kill -0 -- "-$pid" 2>/dev/null; then kill -KILL -- "-$pid" 2>/dev/null; fi
    rm -f "$RUN/$name.pid"
  done
  return 0
}

# RabbitMQ and its port mapper keep to our own ports, cookie and folders.
rabbit_environment() {
  export HOME=$DATA/rabbit RABBITMQ_NODENAME=gleaner-lab@localhost
  export RABBITMQ_CONF_ENV_FILE=$ETC/rabbitmq-env.conf RABBITMQ_CONFIG_FILE=$ETC/rabbitmq.conf
  export RABBITMQ_ENABLED_PLUGINS_FILE=$ETC/rabbitmq-plugins RABBITMQ_MNESIA_BASE=$DATA/rabbit/mnesia
  export RABBITMQ_LOG_BASE=$LOG RABBITMQ_PID_FILE=$DATA/rabbit/pid RABBITMQ_DIST_PORT=$DIST_PORT
  export ERL_EPMD_PORT=$EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
}
