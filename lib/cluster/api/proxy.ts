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
  return getProxyForUrl(server) || null;
}
