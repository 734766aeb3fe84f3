#!/usr/bin/python3
"""A machine behind a BMC on loopback with DCMI power reading, which OpenIPMI's simulator has not. Made of Debian's python3-pyghmi.

usage: dcmi-bmc.py FOLDER PORT        user gleaner, password from BMC_PASSWORD

FOLDER/power (on, off) is the machine's power, FOLDER/watts what it draws while it is on (6 W while off), FOLDER/bmc.log what
the BMC was told. While FOLDER/idle exists, the BMC says that it does not measure.
"""
import os
import struct
import sys
import time

import pyghmi.ipmi.bmc as bmc

folder, port = sys.argv[1], int(sys.argv[2])
os.makedirs(folder, exist_ok=True)


def path(name):
    return os.path.join(folder, name)


def get(name, default):
    try:
        with open(path(name), encoding='ascii') as file:
            return file.read().strip() or default
    except OSError:
        return default


def put(name, value):
    with open(path('.' + name), 'w', encoding='ascii') as file:
        file.write(value + '\n')
    os.replace(path('.' + name), path(name))


def note(what):
    with open(path('bmc.log'), 'a', encoding='ascii') as file:
        file.write(what + '\n')


class Board(bmc.Bmc):
    seen = []

    def get_power_state(self):
        return get('power', 'on')

    def power_on(self):
        note('on')
        put('power', 'on')

    def power_off(self):
        note('off')
        put('power', 'off')

    def power_shutdown(self):
        note('soft')
        put('power', 'off')

    def handle_raw_request(self, request, session):
        data = list(request['data'])
        # DCMI 1.5: group extension dc; 01 asks what it can, 02 for a power reading in mode 1.
        if request['netfn'] != 0x2C or data[:1] != [0xDC]:
            return super().handle_raw_request(request, session)
        if request['command'] == 1:
            return session.send_ipmi_response(data=[0xDC, 1, 5, 2, 0, 1, 7])
        if request['command'] == 2 and data[1:2] == [1]:
            watts = int(get('watts', '150')) if self.get_power_state() == 'on' else 6
            self.seen = (self.seen + [watts])[-600:]
            state = 0 if os.path.exists(path('idle')) else 0x40
            mean = sum(self.seen) // len(self.seen)
            reading = struct.pack('<BHHHHIIB', 0xDC, watts, min(self.seen), max(self.seen), mean, int(time.time()), 1000, state)
            return session.send_ipmi_response(data=list(reading))
        return session.send_ipmi_response(code=0xCC)


put('power', get('power', 'on'))
Board(authdata={'gleaner': os.environ['BMC_PASSWORD']}, port=port, address='::ffff:127.0.0.1').listen(timeout=1)
