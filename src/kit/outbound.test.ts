import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type LookupFunction } from 'node:net';
import { test } from 'node:test';
import { openGuard } from './address.ts';
import { isFault } from './fault.ts';
import { checkUrl, maxAnswerBytes, OutboundError, openOutbound } from './outbound.ts';

const request = { headers: { 'content-type': 'application/json' }, body: '{}', timeout_ms: 2_000 };
const local = ['127.0.0.0/8'];

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  let connections = 0;
  server.on('connection', () => connections++);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const reason = (wanted: string) => (error: unknown) => {
  assert.ok(error instanceof OutboundError, String(error));
  assert.equal(error.reason, wanted, error.message);
  return true;
};

// Addresses that belong to nobody on the internet, or to us.
const refused = [
  '0.0.0.0',
  '0.1.2.3',
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.0.1',
  '169.254.169.254',
  '169.254.170.2',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '168.63.129.16',
  '::',
  '::1',
  '::2',
  '::7f00:1',
  '::127.0.0.1',
  '::8.8.8.8',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:a9fe:a9fe',
  '::ffff:0:127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::1',
  '2002:7f00:1::',
  '2002:808:808::1',
  '2001::1',
  '2001:db8::1',
  '3fff::1',
  '5f00::1',
  '100::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '4000::1',
  '1::1',
];
const reachable = [
  '1.1.1.1',
  '8.8.8.8',
  '93.184.216.34',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '126.255.255.255',
  '128.0.0.1',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001::1',
];

test('the guard refuses every address that is not public, and no public one', () => {
  const guard = openGuard([]);
  for (const address of refused) assert.notEqual(guard.refusal(address), undefined, address);
  for (const address of reachable) assert.equal(guard.refusal(address), undefined, address);
  for (const text of ['', 'example.com', '127.1', '0x7f.1', '2130706433', '1.2.3', '::1::'])
    assert.notEqual(guard.refusal(text), undefined, text);
});

test('an allowed range opens exactly itself; the mapped spelling of an allowed address stays shut', () => {
  const guard = openGuard(['10.1.0.0/16', 'fd00:1::/32', '127.0.0.1']);
  for (const address of ['10.1.0.1', '10.1.255.255', 'fd00:1::5', '127.0.0.1'])
    assert.equal(guard.refusal(address), undefined, address);
  for (const address of ['10.2.0.1', 'fd00:2::5', '127.0.0.2', '::ffff:10.1.0.1', '::ffff:127.0.0.1'])
    assert.notEqual(guard.refusal(address), undefined, address);
  assert.throws(() => openGuard(['ten']), /'ten' is not a range/);
});

test('literals in any base never connect, and nothing reaches the server', async () => {
  await using server = await serve((_, res) => res.end('reached'));
  const outbound = openOutbound({ allow: [] });
  for (const host of [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '127.0.0.1.',
    '0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
  ]) {
    await assert.rejects(outbound.post(`http://${host}:${server.port}/`, request), reason('refused_address'), host);
  }
  await assert.rejects(outbound.post(`http://localhost:${server.port}/`, request), reason('refused_address'));
  assert.equal(server.connections(), 0);
  await outbound.close();
});

test('a name that changes its mind is judged at every connect, and only what was judged is connected to', async () => {
  await using server = await serve((_, res) => res.setHeader('connection', 'close').end('reached'));
  let asked = 0;
  const rebinding: LookupFunction = (_name, options, done) => {
    const address = asked++ === 0 ? '127.0.0.2' : '127.0.0.1';
    if (options.all) done(null, [{ address, family: 4 }]);
    else done(null, address, 4);
  };
  // 127.0.0.2 stands for the public address of the first answer; our server listens on 127.0.0.1 alone.
  const outbound = openOutbound({ allow: ['127.0.0.2/32'], lookup: rebinding });
  await assert.rejects(outbound.post(`http://rebind.example:${server.port}/`, request), reason('connection'));
  await assert.rejects(outbound.post(`http://rebind.example:${server.port}/`, request), reason('refused_address'));
  assert.equal(server.connections(), 0);
  await outbound.close();
});

test('of several addresses of a name only those that passed are tried', async () => {
  await using server = await serve((_, res) => res.end('reached'));
  const mixed: LookupFunction = (_name, _options, done) =>
    done(null, [
      { address: '10.0.0.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
  const outbound = openOutbound({ allow: local, lookup: mixed });
  assert.equal((await outbound.post(`http://mixed.example:${server.port}/`, request)).body, 'reached');
  await outbound.close();
});

test('a redirect is returned, not followed', async () => {
  await using target = await serve((_, res) => res.end('target'));
  await using server = await serve((_, res) => res.writeHead(302, { location: target.url }).end());
  const outbound = openOutbound({ allow: local });
  const answer = await outbound.post(server.url, request);
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.location, target.url);
  assert.equal(target.connections(), 0);
  await outbound.close();
});

test('a read has no body, and private addresses are refused to it as well', async () => {
  await using server = await serve((req, res) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
    res.end(JSON.stringify([req.method, req.url, length ?? null, encoding ?? null]));
  });
  const open = openOutbound({ allow: local });
  const answer = await open.get(`${server.url}daily.xml?day=1`, { headers: {}, timeout_ms: 1_000 });
  assert.deepEqual(JSON.parse(answer.body), ['GET', '/daily.xml?day=1', null, null]);
  await open.close();
  const closed = openOutbound({ allow: [] });
  await assert.rejects(closed.get(server.url, { headers: {}, timeout_ms: 1_000 }), reason('refused_address'));
  assert.equal(server.connections(), 1);
  await closed.close();
});

test('a large answer is cut off at 64 kB and its connection is given up', async () => {
  let closed: (() => void) | undefined;
  const gone = new Promise<void>((done) => {
    closed = done;
  });
  await using server = await serve((_, res) => {
    res.on('close', () => closed?.());
    const chunk = Buffer.alloc(65_536, 'x');
    const write = () => {
      while (!res.destroyed && res.write(chunk));
      if (!res.destroyed) res.once('drain', write);
    };
    write();
  });
  const outbound = openOutbound({ allow: local });
  const answer = await outbound.post(server.url, request);
  assert.equal(answer.status, 200);
  assert.equal(answer.body.length, maxAnswerBytes);
  await gone;
  await outbound.close();
});

test('the time-out covers a silent server, a slow body and a wait for the only connection', async () => {
  await using silent = await serve(() => {});
  await using slow = await serve((_, res) => {
    const timer = setInterval(() => res.write('.'), 20);
    res.on('close', () => clearInterval(timer));
  });
  const outbound = openOutbound({ allow: local, connections: 1 });
  const ends: Promise<unknown>[] = [];
  for (const url of [silent.url, slow.url]) {
    await assert.rejects(outbound.post(url, { ...request, timeout_ms: 150 }), reason('timeout'));
    let held = true;
    const first = outbound.post(url, { ...request, timeout_ms: 600_000 }).catch(() => {
      held = false;
    });
    await assert.rejects(outbound.post(url, { ...request, timeout_ms: 150 }), reason('timeout'));
    assert.ok(held, 'the second waited for the connection, and its time ran all the same');
    ends.push(first);
  }
  await outbound.close();
  await Promise.all(ends);
});

test('failures are told apart: dns, tls, connection', async () => {
  await using plain = await serve((_, res) => res.end());
  const nameless: LookupFunction = (name, _options, done) =>
    done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), '');
  const outbound = openOutbound({ allow: local });
  const lost = openOutbound({ allow: local, lookup: nameless });
  await assert.rejects(lost.post('http://nowhere.example/', request), reason('dns'));
  await assert.rejects(outbound.post(plain.url.replace('http:', 'https:'), request), reason('tls'));
  const hangup = createTcpServer((socket) => socket.destroy());
  await new Promise<void>((done) => hangup.listen(0, '127.0.0.1', done));
  const { port } = hangup.address() as AddressInfo;
  await assert.rejects(outbound.post(`http://127.0.0.1:${port}/`, request), reason('connection'));
  await new Promise((done) => hangup.close(done));
  await assert.rejects(outbound.post(`http://127.0.0.1:${port}/`, request), reason('connection'));
  await Promise.all([outbound.close(), lost.close()]);
});

test('connections are kept alive and bounded per origin', async () => {
  await using server = await serve((_, res) => setTimeout(() => res.end('ok'), 5));
  const outbound = openOutbound({ allow: local, connections: 3 });
  await Promise.all(Array.from({ length: 30 }, () => outbound.post(server.url, request)));
  assert.ok(server.connections() <= 3, `${server.connections()}`);
  await outbound.close();
});

test('checkUrl: what an endpoint may be', () => {
  const shut = openGuard([]);
  assert.equal(checkUrl('https://example.com/a?b=c', 'live').hostname, 'example.com');
  assert.equal(checkUrl('http://example.com/', 'sandbox').hostname, 'example.com');
  const code = (url: string, mode: 'sandbox' | 'live', guard = shut) => {
    try {
      checkUrl(url, mode, guard);
      return 'accepted';
    } catch (error) {
      assert.ok(isFault(error));
      return error.code;
    }
  };
  assert.equal(code('http://example.com/', 'live'), 'url_refused');
  assert.equal(code('https://user:pass@example.com/', 'live'), 'url_refused');
  assert.equal(code('https://user@example.com/', 'sandbox'), 'url_refused');
  for (const url of ['ftp://example.com/', 'javascript:alert(1)', 'file:///etc/passwd'])
    assert.equal(code(url, 'sandbox'), 'url_refused', url);
  for (const url of ['', 'example.com', '//example.com', `https://example.com/${'a'.repeat(2_048)}`, 'https://'])
    assert.equal(code(url, 'sandbox'), 'parameter_invalid', url.slice(0, 40));
  for (const host of [
    '127.0.0.1',
    '0x7f.1',
    '2130706433',
    '[::1]',
    '[::ffff:10.0.0.1]',
    '169.254.169.254',
    'localhost',
    'LOCALHOST.',
    'a.localhost',
  ]) {
    assert.equal(code(`https://${host}/`, 'sandbox'), 'url_refused', host);
  }
  assert.equal(code('http://localhost:3000/', 'sandbox', openGuard(local)), 'accepted');
  assert.equal(code('http://127.0.0.1:3000/', 'sandbox', openGuard(local)), 'accepted');
});
