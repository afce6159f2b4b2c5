import { expect } from 'chai';
import { describe, it } from 'mocha';
import { cniConfig } from '../../../lab/config/flannel.ts';

// As flanneld v0.28.10 wrote it in the lab.
const subnetEnv = `FLANNEL_NETWORK=198.18.64.0/18
FLANNEL_SUBNET=198.18.65.1/24
FLANNEL_IPV6_NETWORK=2001:2:0:6400::/56
FLANNEL_IPV6_SUBNET=2001:2:0:6401::1/64
FLANNEL_MTU=1450
FLANNEL_IPMASQ=true
`;

describe('the bridge configuration of a flannel node', () => {
  it('has the subnets, routes and MTU of subnet.env', () => {
    expect(cniConfig(subnetEnv)).to.have.deep.nested.property('plugins[0]', {
      type: 'bridge',
      hairpinMode: true,
      isDefaultGateway: true,
      isGateway: true,
      ipMasq: false,
      mtu: 1450,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: '198.18.65.0/24' }], [{ subnet: '2001:2:0:6401::/64' }]],
        routes: [{ dst: '198.18.64.0/18' }, { dst: '2001:2:0:6400::/56' }],
      },
    });
  });

  it('leaves masquerading to the bridge when flanneld does none', () => {
    expect(cniConfig(subnetEnv.replace('=true', '=false'))).to.have.nested.property('plugins[0].ipMasq', true);
  });

  it('knows one family only where there is one', () => {
    // As flanneld leaves out lines with EnableIPv4 off.
    const six = cniConfig(subnetEnv.replaceAll(/^FLANNEL_(NETWORK|SUBNET).*\n/gm, ''));
    expect(six).to.have.deep.nested.property('plugins[0].ipam', {
      type: 'host-local',
      ranges: [[{ subnet: '2001:2:0:6401::/64' }]],
      routes: [{ dst: '2001:2:0:6400::/56' }],
    });
    const single = subnetEnv.replaceAll(/^FLANNEL_IPV6.*\n/gm, '');
    expect(cniConfig(single)).to.have.deep.nested.property('plugins[0].ipam.ranges', [[{ subnet: '198.18.65.0/24' }]]);
  });
});
