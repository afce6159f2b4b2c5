import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseDrops } from '../../../../lib/probe/self/dropped.ts';

// Two lines of /proc/net/udp as kernel 6.18 writes them; 1F90 is 8080, 0035 is 53.
const table = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  200: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1234 2 0000000000000000 17
  201: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1235 2 0000000000000000 400
`;

describe('datagrams that a socket had no room for', () => {
  it('are counted on the probe’s own ports, and no other', () => {
    expect(parseDrops(table, new Set([8080]))).to.equal(17);
    expect(parseDrops(table, new Set([8080, 53]))).to.equal(417);
    expect(parseDrops(table, new Set([1]))).to.equal(0);
  });
});
