/** A proxy in user space, as kube-proxy once was one: every packet waits a while before it goes on. Run with a target port and a delay in µs; writes its own port, and ends with its input. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const address = '127.0.0.1';
const [target = 0, delayUs = 0] = process.argv.slice(2).map(Number);

/** One packet after the other, none of them early. Waits by timer: a loop that spins is put aside for those that did not, by a whole turn on a busy machine. */
function delayed(pass: (packet: Buffer) => void): (packet: Buffer) => void {
  let last = Promise.resolve();
  const passLater = async (packet: Buffer, arrivedAt: number, before: Promise<void>): Promise<void> => {
    await before;
    const leftMs = (): number => arrivedAt + delayUs / 1000 - performance.now();
    while (leftMs() > 0) await sleep(Math.ceil(leftMs()));
    pass(packet);
  };
  return (packet) => {
    last = passLater(packet, performance.now(), last);
  };
}

const tcp = createServer({ noDelay: true }, (near) => {
  const far = connect({ host: address, port: target, noDelay: true });
  near.on(
    'data',
    delayed((chunk) => far.write(chunk)),
  );
  far.on('data', (chunk) => near.write(chunk));
  for (const [one, other] of [[near, far] as const, [far, near] as const])
    one.on('error', () => {}).on('close', () => other.destroy());
}).listen(0, address);
await once(tcp, 'listening');
const { port } = tcp.address() as AddressInfo;

const udp = createSocket('udp4');
const flows = new Map<number, (message: Buffer) => void>();
udp.on('message', (message, from) => {
  let onward = flows.get(from.port);
  if (!onward) {
    const far: UdpSocket = createSocket('udp4').on('message', (answer) => udp.send(answer, from.port, from.address));
    onward = delayed((held) => far.send(held, target, address));
    flows.set(from.port, onward);
  }
  onward(message);
});
udp.bind(port, address, () => console.log(port));

await once(process.stdin.resume(), 'end');
process.exit();
