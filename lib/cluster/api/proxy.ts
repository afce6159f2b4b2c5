import ipaddr from 'ipaddr.js';
import { getProxyForUrl } from 'proxy-from-env';

/**
 * The proxy on the way to a server, as kubectl chooses it: the cluster's own proxy-url, or HTTPS_PROXY (HTTP_PROXY) unless NO_PROXY
 * names the server; null: none. An empty proxy-url means none as well: that is how the lab's own kubeconfig avoids proxies.
 */
export function proxyFor(server: string, configured: string | undefined): string | null {
  if (configured !== undefined) return configured || null;
  const { hostname } = new URL(server);
  // kubectl uses no proxy for loopback addresses.
  if (hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')) return null;
  if (isAmongRanges(hostname)) return null;
  return getProxyForUrl(server) || null;
}

/** Whether NO_PROXY names this address or a range with it ("10.0.0.0/8", "fd00::1"): proxy-from-env 2.1 knows names, and IPv6 in brackets only. */
function isAmongRanges(hostname: string): boolean {
  const address = hostname.replaceAll(/[[\]]/g, '');
  if (!ipaddr.isValid(address)) return false;
  const own = ipaddr.process(address);
  return (process.env['NO_PROXY'] || process.env['no_proxy'] || '').split(/[\s,]+/).some((entry) => {
    if (ipaddr.isValid(entry)) return ipaddr.process(entry).toString() === own.toString();
    if (!ipaddr.isValidCIDR(entry)) return false;
    const [network, length] = ipaddr.parseCIDR(entry);
    return network.kind() === own.kind() && own.match(network, length);
  });
}
