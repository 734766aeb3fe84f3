# shellcheck shell=bash disable=SC2154
# Writes the configuration of every service of the lab below $ETC. Sourced by `up` after settings.sh.

database() { echo "mysql+pymysql://lab:$PASSWORD@127.0.0.1:$DB_PORT/$1?charset=utf8"; }

# The service's own account, as every [keystone_authtoken] and client section wants it.
account() {
  cat <<X
auth_type = password
auth_url = $AUTH_URL
username = $1
password = $PASSWORD
project_name = service
user_domain_id = default
project_domain_id = default
region_name = RegionOne
X
}

mkdir -p "$ETC/placement" "$RUN" "$LOG" "$DATA/rabbit" "$DATA/glance" "$DATA/neutron" "$DATA/locks"
chmod 700 "$FOLDER"

# A lab may lose its data in a power cut; it may not wait for the disk.
cat > "$ETC/mariadb.cnf" <<X
[mysqld]
datadir = $DATA/mariadb
socket = $RUN/mariadb.sock
pid-file = $RUN/mariadb.own
bind-address = 127.0.0.1
port = $DB_PORT
max_connections = 1000
skip-log-bin
innodb_flush_log_at_trx_commit = 0
innodb_doublewrite = 0
innodb_buffer_pool_size = 192M
performance_schema = off
X
: > "$ETC/rabbitmq-env.conf"
echo '[].' > "$ETC/rabbitmq-plugins"
cat > "$ETC/rabbitmq.conf" <<X
listeners.tcp.1 = 127.0.0.1:$RABBIT_PORT
default_user = lab
default_pass = $PASSWORD
default_permissions.configure = .*
default_permissions.read = .*
default_permissions.write = .*
X
cat > "$ETC/keystone.conf" <<X
[DEFAULT]
use_stderr = true
[database]
connection = $(database keystone)
[fernet_tokens]
key_repository = $DATA/keystone-fernet
[fernet_receipts]
key_repository = $DATA/keystone-fernet
[credential]
key_repository = $DATA/keystone-credential
X
cat > "$ETC/placement/placement.conf" <<X
[placement_database]
connection = $(database placement)
[keystone_authtoken]
www_authenticate_uri = $AUTH_URL
$(account placement)
X
cat > "$ETC/glance.conf" <<X
[DEFAULT]
bind_host = 127.0.0.1
bind_port = $GLANCE_PORT
workers = 0
use_stderr = true
[database]
connection = $(database glance)
[keystone_authtoken]
www_authenticate_uri = $AUTH_URL
$(account glance)
[paste_deploy]
flavor = keystone
config_file = /usr/share/glance-common/glance-api-paste.ini
[glance_store]
stores = file
default_store = file
filesystem_store_datadir = $DATA/glance
[oslo_concurrency]
lock_path = $DATA/locks
X
# Neutron answers nova's questions about ports; there is no network behind it.
cat > "$ETC/neutron.conf" <<X
[DEFAULT]
bind_host = 127.0.0.1
bind_port = $NEUTRON_PORT
api_workers = 0
rpc_workers = 0
rpc_state_report_workers = 0
core_plugin = ml2
service_plugins =
api_paste_config = /usr/share/neutron-common/api-paste.ini
transport_url = rabbit${RABBIT_URL#amqp}
state_path = $DATA/neutron
use_stderr = true
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
[database]
connection = $(database neutron)
[keystone_authtoken]
www_authenticate_uri = $AUTH_URL
$(account neutron)
[ml2]
type_drivers = local
tenant_network_types = local
mechanism_drivers = logger
extension_drivers = port_security
[oslo_concurrency]
lock_path = $DATA/locks
X
# Computes report often, and are believed to live for long: on a busy machine a report may be late.
cat > "$ETC/nova.conf" <<X
[DEFAULT]
transport_url = rabbit${RABBIT_URL#amqp}
state_path = $DATA/nova
my_ip = 127.0.0.1
enabled_apis = osapi_compute
osapi_compute_listen = 127.0.0.1
osapi_compute_listen_port = $NOVA_PORT
osapi_compute_workers = 2
use_stderr = true
rpc_response_timeout = 120
report_interval = 10
service_down_time = 90
update_resources_interval = 20
resize_confirm_window = 0
[database]
connection = $(database nova_cell1)
[api_database]
connection = $(database nova_api)
[api]
auth_strategy = keystone
[wsgi]
api_paste_config = /usr/share/nova-common/api-paste.ini
[keystone_authtoken]
www_authenticate_uri = $AUTH_URL
$(account nova)
[placement]
$(account placement)
[service_user]
send_service_user_token = false
[glance]
api_servers = http://127.0.0.1:$GLANCE_PORT
[neutron]
$(account neutron)
[cinder]
catalog_info = volumev3::internalURL
[quota]
instances = -1
cores = -1
ram = -1
[conductor]
workers = 1
[scheduler]
workers = 1
discover_hosts_in_cells_interval = -1
[vnc]
enabled = false
[notifications]
notification_format = versioned
notify_on_state_change = vm_and_task_state
[oslo_messaging_notifications]
driver = messagingv2
[oslo_concurrency]
lock_path = $DATA/locks
X
if [ -n "$NOVA_EXTRA" ]; then cat "$NOVA_EXTRA" >> "$ETC/nova.conf"; fi
for i in $(seq "$COMPUTES"); do
  mkdir -p "$DATA/compute-$i/instances"
  cat > "$ETC/compute-$i.conf" <<X
[DEFAULT]
host = compute-$i
state_path = $DATA/compute-$i
compute_driver = fake.MediumFakeDriver
X
done
# A host whose own configuration overrules whatever ratio is set in placement, and looks soon.
if [ -n "$RATIO_HOST" ]; then
  printf 'cpu_allocation_ratio = 4.0\n[compute]\nresource_provider_association_refresh = 15\n' >> "$ETC/$RATIO_HOST.conf"
fi

# As the command line tools and Gleaner read it.
cat > "$ETC/clouds.yaml" <<X
clouds:
  lab:
    auth:
      auth_url: $AUTH_URL
      username: admin
      project_name: admin
      user_domain_id: default
      project_domain_id: default
    region_name: RegionOne
    identity_api_version: 3
    compute_api_version: "2.90"
    placement_api_version: "1.36"
X
( umask 077; printf 'clouds:\n  lab:\n    auth:\n      password: %s\n' "$PASSWORD" > "$ETC/secure.yaml" )
( umask 077; cat > "$FOLDER/openrc" <<X
export OS_CLIENT_CONFIG_FILE=$ETC/clouds.yaml OS_CLIENT_SECURE_FILE=$ETC/secure.yaml OS_CLOUD=lab
export LAB_RABBIT_URL=$RABBIT_URL
X
)
