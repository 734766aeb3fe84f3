"""Fills the lab's cloud: accounts and catalogue, flavors and an image. Safe to repeat.

usage: seed.py identity TYPE=NAME=URL... | content | computes COUNT SINCE | ports
`computes` succeeds when so many have reported since then (seconds since the epoch).
Talks HTTP itself: as many calls of the command line client would take minutes.
"""
import datetime
import json
import os
import sys
import urllib.error
import urllib.request

AUTH, PASSWORD = os.environ['AUTH_URL'], os.environ['PASSWORD']
NOVA, GLANCE, NEUTRON = os.environ['NOVA_URL'], os.environ['GLANCE_URL'], os.environ['NEUTRON_URL']
headers = {'Content-Type': 'application/json', 'OpenStack-API-Version': 'compute 2.90'}

FLAVORS = (('tiny', 1, 512, 1), ('small', 1, 2048, 10), ('medium', 2, 4096, 20), ('large', 4, 8192, 40))


def call(method, url, body=None, accept=(), kind=None):
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    sent = dict(headers, **({'Content-Type': kind} if kind else {}))
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, data, sent, method=method), timeout=120)
    except urllib.error.HTTPError as error:
        if error.code in accept:
            return None
        sys.exit('%s %s: %s %s' % (method, url, error.code, error.read()[:300]))
    text = answer.read()
    if 'X-Subject-Token' in answer.headers:
        headers['X-Auth-Token'] = answer.headers['X-Subject-Token']
    return json.loads(text) if text[:1] in (b'{', b'[') else None


def login():
    user = {'name': 'admin', 'domain': {'id': 'default'}, 'password': PASSWORD}
    call('POST', AUTH + '/auth/tokens', {'auth': {
        'identity': {'methods': ['password'], 'password': {'user': user}},
        'scope': {'project': {'name': 'admin', 'domain': {'id': 'default'}}}}})


def ensure(kind, query, body):
    url = '%s/%ss' % (AUTH, kind)
    found = call('GET', url + '?' + query)[kind + 's']
    return (found[0] if found else call('POST', url, {kind: body})[kind])['id']


def identity(services):
    admin = call('GET', AUTH + '/roles?name=admin')['roles'][0]['id']
    project = ensure('project', 'name=service', {'name': 'service', 'domain_id': 'default'})
    for kind, name, url in services:
        user = ensure('user', 'name=' + name, {'name': name, 'domain_id': 'default', 'password': PASSWORD})
        call('PUT', '%s/projects/%s/users/%s/roles/%s' % (AUTH, project, user, admin))
        service = ensure('service', 'type=' + kind, {'name': name, 'type': kind})
        for interface in ('public', 'internal', 'admin'):
            ensure('endpoint', 'service_id=%s&interface=%s' % (service, interface),
                   {'service_id': service, 'interface': interface, 'url': url, 'region_id': 'RegionOne'})


def content():
    for number, (name, vcpus, ram, disk) in enumerate(FLAVORS, 1):
        flavor = {'id': str(number), 'name': name, 'vcpus': vcpus, 'ram': ram, 'disk': disk}
        call('POST', NOVA + '/flavors', {'flavor': flavor}, accept=(409,))
    if not call('GET', GLANCE + '/v2/images?name=blank')['images']:
        image = {'name': 'blank', 'disk_format': 'raw', 'container_format': 'bare', 'visibility': 'public'}
        made = call('POST', GLANCE + '/v2/images', image)['id']
        call('PUT', '%s/v2/images/%s/file' % (GLANCE, made), bytes(1024), kind='application/octet-stream')


def main():
    what, *rest = sys.argv[1:]
    login()
    if what == 'identity':
        identity([word.split('=', 2) for word in rest])
    elif what == 'content':
        content()
    elif what == 'computes':
        services = call('GET', NOVA + '/os-services?binary=nova-compute')['services']
        since = datetime.datetime.utcfromtimestamp(int(rest[1])).isoformat()
        fresh = [service for service in services if (service['updated_at'] or '') > since]
        sys.exit(0 if sum(service['state'] == 'up' for service in fresh) >= int(rest[0]) else 1)
    elif what == 'ports':
        # Neutron 21 answers questions about ports with 500 until it was asked for something else first.
        call('GET', NEUTRON + '/v2.0/networks')
        call('GET', NEUTRON + '/v2.0/ports')


main()
