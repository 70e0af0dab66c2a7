/**
 * The doors of an island (island.sh), from inside. `out` are addresses in it that lead to sockets of the outside, `in` are sockets that lead
 * to ports in it.
 */
'use strict';
const fs = require('node:fs');
const net = require('node:net');

/** Passes on what comes, both ways, ends and failures too. */
function join(one, other) {
  one.pipe(other).pipe(one);
  for (const [from, to] of [[one, other], [other, one]]) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}

const listening = (server, at) => new Promise((resolve) => server.listen(at, resolve));

async function open(doors, ready) {
  for (const { host, port, socket } of doors.out) await listening(net.createServer((one) => join(one, net.connect(socket))), { host, port });
  for (const { port, socket } of doors.in) {
    fs.rmSync(socket, { force: true });
    await listening(net.createServer((one) => join(one, net.connect(port, '127.0.0.1'))), socket);
  }
  fs.writeFileSync(ready, '');
}

void open(JSON.parse(process.argv[2]), process.argv[3]);
