"""Runs nova's compute services: one process loads the code, a fork of it is each host's service.

usage: computes.py NOVA_CONF PID_FOLDER COMPUTE_CONF...   (host NAME has the configuration .../NAME.conf)

A fork shares the memory of the code and need not load it again: ten hosts take half of what ten programs take.
A service that ends is not started again; the end of this process is the end of all.

The guests of nova's fake driver do nothing, for ever the same. Here they use as many cores as the server's metadata
`lab_cores` says (0 if it says nothing) and half of their memory.
"""
import os
import signal
import sys
import time

from nova.cmd import compute
from nova.compute import power_state
from nova.objects import diagnostics
from nova.virt import fake
from nova.virt import hardware

used = {}


def cores_of(instance):
    try:
        return float(instance.metadata.get('lab_cores', 0))
    except ValueError:
        return 0.0


def get_instance_diagnostics(driver, instance):
    cpu_ns, then = used.get(instance.uuid, (0, time.time()))
    now = time.time()
    cpu_ns += int((now - then) * cores_of(instance) * 1e9)
    used[instance.uuid] = (cpu_ns, now)
    answer = diagnostics.Diagnostics(state='running', driver='libvirt', hypervisor='kvm', hypervisor_os='lab',
                                     uptime=0, config_drive=False)
    answer.add_cpu(id=0, time=cpu_ns)
    answer.add_nic(mac_address='fa:16:3e:00:00:00', rx_octets=cpu_ns // 1000000, tx_octets=cpu_ns // 1000000)
    answer.add_disk(read_bytes=0, write_bytes=cpu_ns // 1000000)
    answer.memory_details = diagnostics.MemoryDiagnostics(maximum=instance.memory_mb, used=instance.memory_mb // 2)
    return answer


own_get_info = fake.FakeDriver.get_info


def get_info(driver, instance, *rest, **named):
    # A driver that was started again has forgotten its guests; those that ran still do.
    if instance.uuid not in driver.instances and instance.vm_state == 'active':
        return hardware.InstanceInfo(state=power_state.RUNNING)
    return own_get_info(driver, instance, *rest, **named)


fake.FakeDriver.get_info = get_info
fake.FakeDriver.get_instance_diagnostics = get_instance_diagnostics
# Asked for by the list of hypervisors; without it each answer would leave a stack trace in the logs.
fake.FakeDriver.get_host_uptime = lambda driver: ' 00:00:00 up 0 days,  0:00,  0 users,  load average: 0, 0, 0'


def run(nova_conf, own_conf, log):
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.argv = ['nova-compute', '--config-file', nova_conf, '--config-file', own_conf]
    compute.main()


def main():
    nova_conf, pid_folder, *own_confs = sys.argv[1:]
    children = {}
    for own_conf in own_confs:
        name = os.path.basename(own_conf)[: -len('.conf')]
        pid = os.fork()
        if pid == 0:
            try:
                run(nova_conf, own_conf, os.path.join(pid_folder, '..', 'log', name + '.log'))
            finally:
                os._exit(1)
        children[pid] = name
        with open(os.path.join(pid_folder, name + '.service'), 'w') as file:
            file.write('%d\n' % pid)

    def end(signum, frame):
        for pid in children:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass

    signal.signal(signal.SIGTERM, end)
    while children:
        try:
            pid, status = os.wait()
        except InterruptedError:
            continue
        print('%s ended with %s' % (children.pop(pid, pid), status), flush=True)


if __name__ == '__main__':
    main()
