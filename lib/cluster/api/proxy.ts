import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { proxyInvalid } from './errors.ts';

interface Server {
  /** Without brackets. */
  host: string;
  port: string;
}

const usualPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);

/**
 * The proxy on the way to a server, as kubectl chooses it (Go's golang.org/x/net/http/httpproxy): the cluster's own proxy-url, or HTTPS_PROXY (HTTP_PROXY for
 * plain http) unless the server is this machine or NO_PROXY names it; null: none. An empty proxy-url means none as well: that is how the lab's own
 * kubeconfig avoids proxies. Throws a ClusterError where what is chosen is no address of a proxy: Go would go without one, and hide why.
 */
export function proxyFor(
  server: string,
  { configured, env = process.env }: { configured?: string | undefined; env?: NodeJS.ProcessEnv } = {},
): string | null {
  if (configured !== undefined) return configured === '' ? null : proxyOf(configured, 'proxy-url in the kubeconfig');
  const { protocol, hostname, port } = new URL(server);
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const chosen = valueOf(env, name);
  if (chosen === '') return null;
  const to = { host: hostname.replaceAll(/[[\]]/g, ''), port: port || (usualPorts[protocol] ?? '') };
  return isHere(to) || isExempt(to, valueOf(env, 'NO_PROXY')) ? null : proxyOf(chosen, name);
}

/** Upper case comes first; what is empty is not set. */
const valueOf = (env: NodeJS.ProcessEnv, name: string): string => env[name] || env[name.toLowerCase()] || '';

/** "host:port" is one of plain http. */
function proxyOf(value: string, name: string): string {
  const whole = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(whole) || !schemes.has(new URL(whole).protocol)) throw proxyInvalid(name, value);
  return whole;
}

function isHere({ host }: Server): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback');
}

/** Entries are separated by commas; one that can't be understood exempts nothing. */
function isExempt(server: Server, noProxy: string): boolean {
  return noProxy.split(',').some((entry) => isNamed(server, entry.trim().toLowerCase()));
}

function isNamed(server: Server, entry: string): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  const range = rangeOf(entry);
  if (range !== null) return isWithin(server, range);
  const [host, port] = splitPort(entry);
  if (host === '' || (port !== '' && port !== server.port)) return false;
  if (isIP(host) !== 0)
    return isIP(server.host) !== 0 && ipaddr.process(server.host).toString() === ipaddr.process(host).toString();
  return isIP(server.host) === 0 && isDomain(server, host.startsWith('*.') ? host.slice(1) : host);
}

/** "example.org" names itself and what is below it, ".example.org" only the latter. */
function isDomain({ host }: Server, domain: string): boolean {
  const [name, below] = domain.startsWith('.') ? [domain.slice(1), true] : [domain, false];
  // An internationalised name: the server's is ASCII already.
  const ascii = domainToASCII(name) || name;
  return host.endsWith(`.${ascii}`) || (!below && host === ascii);
}

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** ipaddr.js alone would take "10/8", too. */
function rangeOf(entry: string): Range | null {
  const [address = '', length = '', ...more] = entry.split('/');
  const isWritten = more.length === 0 && isIP(address) !== 0 && /^\d+$/.test(length);
  return isWritten && ipaddr.isValidCIDR(entry) ? ipaddr.parseCIDR(entry) : null;
}

function isWithin({ host }: Server, [network, length]: Range): boolean {
  if (isIP(host) === 0) return false;
  const own = ipaddr.process(host);
  return network.kind() === own.kind() && own.match(network, length);
}

/** "host:port", "[IPv6]:port"; an address of IPv6 without a port stands without brackets. */
function splitPort(entry: string): [host: string, port: string] {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(entry) ?? [];
  return [bracketed ?? plain ?? entry, port];
}
