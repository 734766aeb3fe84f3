#!/usr/bin/python3
"""A machine behind a Redfish service on loopback: HTTPS with a certificate of the lab's own authority, sessions and nothing but
sessions (Basic is refused), at most four of them. Standard library only.

usage: redfish.py FOLDER PORT CERTIFICATE KEY        user gleaner, password from BMC_PASSWORD

FOLDER/power (on, off) is the machine's power, FOLDER/watts what it draws while it is on (6 W while off), FOLDER/redfish.log what
the service was asked to change, FOLDER/sessions how many sessions it holds.
"""
import http.server
import json
import os
import secrets
import ssl
import sys

folder, port, certificate, key = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
os.makedirs(folder, exist_ok=True)
root = '/redfish/v1'
resets = ['On', 'GracefulShutdown', 'ForceOff', 'ForceRestart']
sessions = {}


def get(name, default):
    try:
        with open(os.path.join(folder, name), encoding='ascii') as file:
            return file.read().strip() or default
    except OSError:
        return default


def put(name, value):
    with open(os.path.join(folder, '.' + name), 'w', encoding='ascii') as file:
        file.write(value + '\n')
    os.replace(os.path.join(folder, '.' + name), os.path.join(folder, name))


def note(what):
    with open(os.path.join(folder, 'redfish.log'), 'a', encoding='ascii') as file:
        file.write(what + '\n')


def link(path):
    return {'@odata.id': root + path}


def collection(path):
    return {'Members': [link(path)], 'Members@odata.count': 1}


def resources():
    is_on = get('power', 'on') == 'on'
    watts = float(get('watts', '150')) if is_on else 6.0
    state = 'On' if is_on else 'Off'
    return {
        '': {
            'RedfishVersion': '1.15.0',
            'Systems': link('/Systems'),
            'Chassis': link('/Chassis'),
            'SessionService': link('/SessionService'),
            'Links': {'Sessions': link('/SessionService/Sessions')},
        },
        '/Systems': collection('/Systems/1'),
        '/Systems/1': {
            'Id': '1',
            'PowerState': state,
            'Links': {'Chassis': [link('/Chassis/1')]},
            'Actions': {
                '#ComputerSystem.Reset': {
                    'target': root + '/Systems/1/Actions/ComputerSystem.Reset',
                    'ResetType@Redfish.AllowableValues': resets,
                }
            },
        },
        '/Chassis': collection('/Chassis/1'),
        '/Chassis/1': {'Id': '1', 'PowerState': state, 'EnvironmentMetrics': link('/Chassis/1/EnvironmentMetrics')},
        '/Chassis/1/EnvironmentMetrics': {'Id': 'EnvironmentMetrics', 'PowerWatts': {'Reading': watts}},
    }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def answer(self, status, body=None, headers=()):
        data = b'' if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('OData-Version', '4.0')
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status, message):
        self.answer(status, {'error': {'code': 'Base.1.8.GeneralError', 'message': message}})

    def path_below_root(self):
        path = self.path.rstrip('/')
        return path[len(root):] if path.startswith(root) else None

    def is_known(self):
        return self.headers.get('X-Auth-Token') in sessions.values()

    def do_GET(self):
        path = self.path_below_root()
        if path != '' and not self.is_known():
            return self.refuse(401, 'no session')
        body = resources().get(path)
        return self.refuse(404, 'no such resource') if body is None else self.answer(200, body)

    def do_POST(self):
        try:
            body = json.loads(self.rfile.read(int(self.headers.get('Content-Length') or 0)) or b'{}')
        except ValueError:
            return self.refuse(400, 'not JSON')
        path = self.path_below_root()
        if path == '/SessionService/Sessions':
            if (body.get('UserName'), body.get('Password')) != ('gleaner', os.environ['BMC_PASSWORD']):
                return self.refuse(401, 'wrong user or password')
            if len(sessions) >= 4:
                return self.refuse(503, 'no more sessions')
            name = str(secrets.randbelow(10**6))
            sessions[name] = secrets.token_hex(16)
            put('sessions', str(len(sessions)))
            note('session')
            where = f'{root}/SessionService/Sessions/{name}'
            return self.answer(201, {'@odata.id': where}, [('X-Auth-Token', sessions[name]), ('Location', where)])
        if not self.is_known():
            return self.refuse(401, 'no session')
        if path != '/Systems/1/Actions/ComputerSystem.Reset' or body.get('ResetType') not in resets:
            return self.refuse(400, 'no such action')
        note('reset ' + body['ResetType'])
        put('power', 'on' if body['ResetType'] in ('On', 'ForceRestart') else 'off')
        return self.answer(204)

    def do_DELETE(self):
        name = (self.path_below_root() or '').rsplit('/', 1)[-1]
        if not self.is_known() or name not in sessions:
            return self.refuse(404, 'no session')
        del sessions[name]
        put('sessions', str(len(sessions)))
        return self.answer(204)


put('power', get('power', 'on'))
put('sessions', '0')
server = http.server.ThreadingHTTPServer(('127.0.0.1', port), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
