/** KEP-3866 (kube-proxy's nftables mode), first-packet round trips in µs, read from its chart: ± 2 µs. Nothing is published below 5,000 Services. */
export const kep3866: readonly {
  services: number;
  iptables: { p50: number; p99: number };
  nftables: { p50: number; p99: number };
}[] = [
  { services: 5_000, iptables: { p50: 47, p99: 154 }, nftables: { p50: 12, p99: 36 } },
  { services: 10_000, iptables: { p50: 59, p99: 261 }, nftables: { p50: 12, p99: 36 } },
  { services: 30_000, iptables: { p50: 272, p99: 714 }, nftables: { p50: 12, p99: 36 } },
];
