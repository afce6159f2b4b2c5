import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseHalfOpen } from '../../../../lib/probe/self/half-open.ts';

/** As kernel 6.18 on x86-64 prints them. */
const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const rest = '00000000:00000000 01:00000063 00000000     0        0 0 1 0000000000000000';
const row = (local: string, peer: string, state: string): string => `   1: ${local} ${peer} ${state} ${rest}`;

describe('half-open connections', () => {
  it('are those in SYN_RECV to own ports', () => {
    const table = [
      head,
      row('0200000A:1F90', '00000000:0000', '0A'),
      row('0200000A:1F90', '0300000A:C001', '03'),
      row('0200000A:1F90', '0400000A:C002', '01'),
      row('0200000A:1F91', '0300000A:C003', '03'),
    ].join('\n');
    expect(parseHalfOpen(table, new Set([8080]))).to.deep.equal([
      { local: { address: '10.0.0.2', port: 8080 }, peer: { address: '10.0.0.3', port: 49_153 } },
    ]);
  });

  it('are read from the table of IPv6 too', () => {
    const table = [
      head,
      row('000000FD000000000000000002000000:1F90', '000000FD0000000000000000030000AB:C001', '03'),
      row('0000000000000000FFFF00000200000A:1F90', '0000000000000000FFFF00000300000A:C002', '03'),
    ].join('\n');
    expect(parseHalfOpen(table, new Set([8080]))).to.deep.equal([
      { local: { address: 'fd00::2', port: 8080 }, peer: { address: 'fd00::ab00:3', port: 49_153 } },
      { local: { address: '10.0.0.2', port: 8080 }, peer: { address: '10.0.0.3', port: 49_154 } },
    ]);
  });

  it('are none in an empty table', () => {
    expect(parseHalfOpen('', new Set([1]))).to.deep.equal([]);
  });
});
