/** A proxy in user space, as kube-proxy once was one: every packet waits a while before it goes on. Run with a target port and a delay in µs; writes its own port. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

const address = '127.0.0.1';
const [target = 0, delayUs = 0] = process.argv.slice(2).map(Number);

/** A timer's shortest wait is a millisecond. */
function dally(): void {
  const until = process.hrtime.bigint() + BigInt(delayUs * 1000);
  while (process.hrtime.bigint() < until);
}

const tcp = createServer({ noDelay: true }, (near) => {
  const far = connect({ host: address, port: target, noDelay: true });
  near.on('data', (chunk) => {
    dally();
    far.write(chunk);
  });
  far.on('data', (chunk) => near.write(chunk));
  for (const [one, other] of [[near, far] as const, [far, near] as const])
    one.on('error', () => {}).on('close', () => other.destroy());
}).listen(0, address);
await once(tcp, 'listening');
const { port } = tcp.address() as AddressInfo;

const udp = createSocket('udp4');
const flows = new Map<number, UdpSocket>();
udp.on('message', (message, from) => {
  let far = flows.get(from.port);
  if (!far) {
    far = createSocket('udp4').on('message', (answer) => udp.send(answer, from.port, from.address));
    flows.set(from.port, far);
  }
  dally();
  far.send(message, target, address);
});
udp.bind(port, address, () => console.log(port));
