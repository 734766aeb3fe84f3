#!/usr/bin/env bash
# A metered strip on loopback: data files for snmpsimd, whose names are the communities (and the contexts of version 3).
#   usage: strip.sh FOLDER PORT      writes the files, starts the agent, prints its process id, returns when it listens
set -euo pipefail
folder=$1 port=$2
mkdir -p "$folder/data" "$folder/cache"
# Gauge32 is tag 66. Outlets 1 to 4 draw 120, 240, 90 and 310 W; outlet 5 says 65535, outlet 6 -1 (an integer).
{
  echo '1.3.6.1.2.1.1.1.0|4|a strip of the lab'
  n=0
  for watts in 120 240 90 310 65535; do
    n=$((n + 1))
    echo "1.3.6.1.4.1.534.6.6.7.6.5.1.3.0.$n|66|$watts"
  done
  echo '1.3.6.1.4.1.534.6.6.7.6.5.1.3.0.6|2|-1'
} > "$folder/data/eaton.snmprec"
{
  for n in 1 2; do echo "1.3.6.1.4.1.318.1.1.26.9.4.3.1.7.$n|2|$((50 * n))"; done
  for n in 1 2; do echo "1.3.6.1.4.1.318.1.1.26.9.4.3.1.11.$n|66|$((10 * n))"; done
} > "$folder/data/apc.snmprec"
as=()
if [ "$(id -u)" = 0 ]; then
  # It goes on as nobody, who has to get in.
  chmod a+x "$(dirname "$folder")"
  chmod -R a+rwX "$folder"
  as=(--process-user=nobody --process-group=nogroup)
fi
snmpsimd "${as[@]}" --data-dir="$folder/data" --cache-dir="$folder/cache" --variation-modules-dir=/usr/share/snmpsim/variation \
  --v3-user=gleaner --v3-auth-key=auctoritas --v3-auth-proto=SHA --v3-priv-key=privatus --v3-priv-proto=AES \
  --agent-udpv4-endpoint="127.0.0.1:$port" --logging-method="file:$folder/snmpsimd.log" >"$folder/snmpsimd.out" 2>&1 &
agent=$!
for _ in $(seq 60); do
  if grep -q Listening "$folder/snmpsimd.log" 2>/dev/null; then
    echo "$agent"
    exit 0
  fi
  kill -0 "$agent" 2>/dev/null || break
  sleep 0.5
done
cat "$folder/snmpsimd.out" "$folder/snmpsimd.log" >&2 || true
kill "$agent" 2>/dev/null || true
exit 1
