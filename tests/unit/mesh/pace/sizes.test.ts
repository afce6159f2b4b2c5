import { expect } from 'chai';
import { describe, it } from 'mocha';
import { destinationOf } from '../../../../lib/mesh/destination.ts';
import type { PlannedDial, Size } from '../../../../lib/mesh/dialled.ts';
import { Governor } from '../../../../lib/mesh/pace/governor.ts';
import { InFlight } from '../../../../lib/mesh/pace/in-flight.ts';
import { defaultPace, packetsOf } from '../../../../lib/mesh/pace/pace.ts';
import { makeWorld } from '../world.ts';

const { pods } = makeWorld({});

function sized(bytes: number | null, nonce = 'n', protocol: 'TCP' | 'UDP' = 'UDP'): PlannedDial {
  const [from, to] = [pods[0]!, destinationOf(pods[2]!)];
  const size: Size | null = bytes === null ? null : { bytes, fragmented: bytes > 10_000, mtu: 1_500, pathMtu: null };
  const dial = { nonce, from, to, protocol, family: 'IPv4', address: to.addresses.IPv4 ?? '', port: 1 } as const;
  return size === null ? dial : { ...dial, size };
}

/** So many of these dials may wait for answers of one probe. */
function admitted(bytes: number | null, protocol: 'TCP' | 'UDP' = 'UDP'): number {
  const inFlight = new InFlight(defaultPace, new Governor(defaultPace));
  for (let n = 0; ; n += 1) {
    const dial = sized(bytes, `n${n}`, protocol);
    if (!inFlight.admits(dial)) return n;
    inFlight.add(dial, 0);
  }
}

describe('what a dial of many bytes counts for', () => {
  it('is packets, both ways, with the ACKs of a stream', () => {
    expect(packetsOf({ protocol: 'UDP', datagrams: 4 }, 192)).to.equal(8);
    expect(packetsOf({ protocol: 'UDP', datagrams: 2 }, 65_507)).to.equal(2 * 2 * 47);
    expect(packetsOf({ protocol: 'TCP' })).to.equal(10);
    expect(packetsOf({ protocol: 'TCP' }, 262_144)).to.equal(10 + 3 * 188);
    expect(packetsOf({ protocol: 'TCP' }, 4_194_304)).to.equal(10 + 3 * 188);
  });

  it('is room in the socket of who answers', () => {
    expect(admitted(null)).to.equal(16);
    expect(admitted(1_472)).to.equal(16);
    expect(admitted(8_973)).to.equal(4);
    expect(admitted(65_507)).to.equal(1);
  });

  it('is half of what is in flight at a node, as a stream of some MiB', () => {
    expect(admitted(262_144, 'TCP')).to.equal(16);
    expect(admitted(4_194_304, 'TCP')).to.equal(2);
  });

  it('is given back when it ends', () => {
    const inFlight = new InFlight(defaultPace, new Governor(defaultPace));
    inFlight.add(sized(65_507), 0);
    expect(inFlight.admits(sized(65_507, 'm'))).to.equal(false);
    inFlight.remove('n');
    expect(inFlight.admits(sized(65_507, 'm'))).to.equal(true);
  });
});
