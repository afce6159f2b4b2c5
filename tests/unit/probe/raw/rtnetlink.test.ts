/** Bytes as a kernel gave them, metrics and cache information left out; lengths accordingly. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { addressBytes, addressText } from '../../../../lib/probe/raw/address-bytes.ts';
import {
  isLast,
  messagesIn,
  linkNameIn,
  linkRequest,
  routeIn,
  routeRequest,
  rulesIn,
  rulesRequest,
} from '../../../../lib/probe/raw/rtnetlink.ts';

const hex = (...parts: string[]): Buffer => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');

/** `ip route get` of 198.18.64.5, behind 198.18.0.13. */
const routed = hex(
  '44000000 1800 0000 07000000 1b3f0000',
  '02 20 00 00 fe 00 00 01 00020000',
  '0800 0f00 fe000000  0800 0100 c6124005  0800 0400 03000000  0800 0700 c612000c  0800 0500 c612000d',
);

/** The same over IPv6: 2001:2:1::5, behind 2001:2::13. */
const routedOverIPv6 = hex(
  '4c000000 1800 0000 07000000 1b3f0000',
  '0a 80 80 00 fe 03 00 01 00000000',
  '0800 0f00 fe000000  1400 0100 20010002000100000000000000000005  1400 0500 20010002000000000000000000000013',
);

/** IPv4 behind an address of IPv6, fe80::1. */
const viaOther = hex(
  '3c000000 1800 0000 07000000 1b3f0000',
  '02 20 00 00 fe 00 00 01 00020000',
  '0800 0f00 e8030000',
  '1600 1200 0a00 fe800000000000000000000000000001 0000',
);

/** Interface 3, eth0, with the length of its queue. */
const link = hex(
  '34000000 1000 0000 07000000 1b3f0000',
  '00 00 0100 03000000 43100100 00000000',
  '0900 0300 65746830 00 000000  0800 0d00 e8030000',
);

/** A route of the type unreachable. */
const refused = hex(
  '38000000 0200 0000 07000000 1b3f0000',
  '8fffffff 24000000 1a000100 07000000 00000000 02200000 00000000 00100000 08000100 c6124105',
);

const ruleBytes = (table: string, action: string, attributes: string): string =>
  `2000 0200 07000000 1b3f0000 02 00 00 00 ${table} 00 00 ${action} 00000000 ${attributes}`;

/** 0 local; 50 goto 200; 77 from 198.18.99.0/24 prohibit; 200 lookup 1000; 5270 lookup 52; 32766 main; 32767 default. */
const rules = hex(
  `34000000 ${ruleBytes('ff', '01', '0800 0f00 ff000000 0800 0e00 ffffffff 0500 1500 02000000')}`,
  `2c000000 ${ruleBytes('00', '02', '0800 0600 32000000  0800 0400 c8000000')}`,
  `44000000 ${ruleBytes('00', '08', '0800 0f00 00000000 0800 0e00 ffffffff 0500 1500 00000000 0800 0600 4d000000 0800 0200 c6126300')}`,
  `3c000000 ${ruleBytes('fc', '01', '0800 0f00 e8030000 0800 0e00 ffffffff 0500 1500 00000000 0800 0600 c8000000')}`,
  `3c000000 ${ruleBytes('34', '01', '0800 0f00 34000000 0800 0e00 ffffffff 0500 1500 00000000 0800 0600 96140000')}`,
  `3c000000 ${ruleBytes('fe', '01', '0800 0f00 fe000000 0800 0e00 ffffffff 0500 1500 02000000 0800 0600 fe7f0000')}`,
  `3c000000 ${ruleBytes('fd', '01', '0800 0f00 fd000000 0800 0e00 ffffffff 0500 1500 02000000 0800 0600 ff7f0000')}`,
  '14000000 0300 0200 07000000 1b3f0000 00000000',
);

describe('rtnetlink', () => {
  it('is asked for the route to one address', () => {
    expect(routeRequest('198.18.64.5', 7)).to.deep.equal(
      hex('24000000 1a00 0100 07000000 00000000', '02 20 00 00 00 00 00 00 00100000', '0800 0100 c6124005'),
    );
    expect(routeRequest('2001:2:1::5', 7)).to.deep.equal(
      hex(
        '30000000 1a00 0100 07000000 00000000',
        '0a 80 00 00 00 00 00 00 00100000',
        '1400 0100 20010002000100000000000000000005',
      ),
    );
  });

  it('is asked for all rules of a family', () => {
    expect(rulesRequest('IPv4', 7)).to.deep.equal(
      hex('1c000000 2200 0103 07000000 00000000', '02 00 00 00 00 00 00 00 00000000'),
    );
    expect(rulesRequest('IPv6', 7)[16]).to.equal(10);
  });

  it('says the next hop, of whichever family, the table and the interface', () => {
    expect(routeIn(messagesIn(routed))).to.deep.equal({ gateway: '198.18.0.13', table: 254, link: 3, errno: 0 });
    const notToldBy = { table: 254, link: null, errno: 0 };
    expect(routeIn(messagesIn(routedOverIPv6))).to.deep.equal({ gateway: '2001:2::13', ...notToldBy });
    expect(routeIn(messagesIn(viaOther))).to.deep.equal({ ...notToldBy, gateway: 'fe80::1', table: 1_000 });
  });

  it('is asked for the name of an interface, and says it', () => {
    expect(linkRequest(3, 7)).to.deep.equal(
      hex('20000000 1200 0100 07000000 00000000', '00 00 0000 03000000 00000000 00000000'),
    );
    const [answer] = messagesIn(link);
    expect(isLast(answer!)).to.equal(true);
    expect(linkNameIn(messagesIn(link))).to.equal('eth0');
    expect(linkNameIn(messagesIn(routed))).to.equal(null);
    for (let length = 0; length < link.length; length += 1)
      expect(linkNameIn(messagesIn(link.subarray(0, length)))).to.equal(null);
  });

  it('says why there is no way', () => {
    expect(routeIn(messagesIn(refused))).to.deep.equal({ gateway: null, table: null, link: null, errno: 113 });
  });

  it('lists rules, but for those that every kernel has, and those that jump; one that refuses has no table', () => {
    expect(rulesIn(messagesIn(rules), 'IPv4')).to.deep.equal([
      { family: 'IPv4', priority: 77, table: null },
      { family: 'IPv4', priority: 200, table: 1_000 },
      { family: 'IPv4', priority: 5_270, table: 52 },
    ]);
  });

  it('is over with the route, a refusal, or the end of a list', () => {
    const ends = [routed, refused, rules].map((bytes) => messagesIn(bytes).map(isLast));
    expect(ends).to.deep.equal([[true], [true], [false, false, false, false, false, false, false, true]]);
  });

  it('says nothing where nothing came, or where it is cut off', () => {
    expect(routeIn([])).to.equal(null);
    for (let length = 0; length < routed.length; length += 1)
      expect(routeIn(messagesIn(routed.subarray(0, length)))).to.equal(null);
    for (let length = 0; length < rules.length; length += 1) rulesIn(messagesIn(rules.subarray(0, length)), 'IPv4');
    expect(messagesIn(Buffer.alloc(64))).to.deep.equal([]);
  });
});

describe('the bytes of an address', () => {
  for (const [written, shortest] of [
    ['198.18.0.13', '198.18.0.13'],
    ['2001:2:0:0:0:0:0:13', '2001:2::13'],
    ['::1', '::1'],
    ['fd00:1::', 'fd00:1::'],
    ['::', '::'],
  ] as const)
    it(`are those of ${written}, and back`, () => expect(addressText(addressBytes(written))).to.equal(shortest));

  it('are 4 or 16', () => expect(addressText(Buffer.alloc(6))).to.equal(null));
});
