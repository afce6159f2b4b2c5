/** Asks the kernel for routes and rules. Sends nothing on any network: rtnetlink ends in the kernel. */
import { isIPv6 } from 'node:net';
import type { Family } from '../../conversations/basics.ts';
import type { Route, RoutesRecord } from '../../conversations/self/routes.ts';
import { errnoName, lastFailure, libc, open, raw } from './libc.ts';
import {
  isLast,
  linkNameIn,
  linkRequest,
  messagesIn,
  routeIn,
  routeRequest,
  rulesIn,
  rulesRequest,
  type Message,
} from './rtnetlink.ts';

const netlink = 16;
const rtnetlink = 0;
/** Of a kernel's own end of the socket (struct sockaddr_nl). */
const kernel = Buffer.from([netlink, ...Array<number>(11).fill(0)]);
/** No answer to a dump is longer. */
const spaceBytes = 65_536;

/** What the kernel says of each address, and the rules of these addresses' families. Throws with an errno name as `code` where there is no such socket. */
export function askRoutes(addresses: readonly string[]): Pick<RoutesRecord, 'routes' | 'rules'> {
  const descriptor = open(netlink, raw, rtnetlink);
  try {
    let sequence = 0;
    const answerTo = (request: (sequence: number) => Buffer): Message[] => ask(descriptor, request((sequence += 1)));
    const names = new Map<number, string | null>();
    const nameOf = (link: number): string | null => {
      const name = names.get(link) ?? linkNameIn(answerTo((n) => linkRequest(link, n)));
      names.set(link, name);
      return name;
    };
    const families = new Set(addresses.map((address): Family => (isIPv6(address) ? 'IPv6' : 'IPv4')));
    return {
      routes: addresses.flatMap(
        (address) =>
          routeTo(
            address,
            answerTo((n) => routeRequest(address, n)),
            nameOf,
          ) ?? [],
      ),
      rules: [...families].flatMap((family) =>
        rulesIn(
          answerTo((n) => rulesRequest(family, n)),
          family,
        ),
      ),
    };
  } finally {
    libc.close(descriptor);
  }
}

function routeTo(address: string, answer: readonly Message[], nameOf: (link: number) => string | null): Route | null {
  const found = routeIn(answer);
  if (found === null) return null;
  const { gateway, table, link, errno } = found;
  const device = link === null ? null : nameOf(link);
  return { address, gateway, device, table, error: errno === 0 ? null : errnoName(errno) };
}

/** The kernel answers while it is asked: whatever does not wait by then never comes. */
function ask(descriptor: number, request: Buffer): Message[] {
  if (libc.sendto(descriptor, request, BigInt(request.length), 0, kernel, kernel.length) < 0n) throw lastFailure();
  const sequence = request.readUInt32LE(8);
  const space = Buffer.alloc(spaceBytes);
  const answer: Message[] = [];
  while (!answer.some(isLast)) {
    const from = Buffer.alloc(kernel.length);
    const length = Buffer.from([from.length, 0, 0, 0]);
    const got = libc.recvfrom(descriptor, space, BigInt(space.length), 0, from, length);
    if (got <= 0n) break;
    const datagram = Buffer.from(space.subarray(0, Number(got)));
    answer.push(...messagesIn(datagram).filter((one) => one.sequence === sequence));
  }
  return answer;
}
