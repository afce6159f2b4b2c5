/** The two kinds of flow, over either protocol: established and new ones. */
import { lost, PortTaken, type Flow, type FlowOptions } from './flow.ts';
import { openTcp, timeConnect } from './tcp.ts';
import { openUdp } from './udp.ts';
import type { Protocol, SocketAddress } from '../../conversations/basics.ts';

export interface Arms {
  /** A flow for repeated exchanges. Rejects when it can't be opened. */
  stand(target: SocketAddress): Promise<Flow>;
  /** A flow that has sent nothing yet; its first exchange is the sample. Rejects with what `nextPort` throws. */
  ready(target: SocketAddress): Promise<Flow>;
}

/** `nextPort` is called for every new flow, and again when the port is taken. */
export function armsOf(protocol: Protocol, options: FlowOptions & { nextPort: () => number }): Arms {
  return protocol === 'TCP' ? tcpArms(options) : udpArms(options);
}

function udpArms({ nextPort, ...shared }: FlowOptions & { nextPort: () => number }): Arms {
  const options = { ...shared, numbers: { last: 0 } };
  return {
    stand: (target) => openUdp(target, options),
    async ready(target) {
      for (;;) {
        try {
          return await openUdp(target, { ...options, sourcePort: nextPort() });
        } catch (error) {
          if (!(error instanceof PortTaken)) throw error;
        }
      }
    },
  };
}

function tcpArms({ nextPort, ...options }: FlowOptions & { nextPort: () => number }): Arms {
  return {
    stand: (target) => openTcp(target, options),
    async ready(target) {
      let sourcePort = nextPort();
      const exchange = async (): Promise<number> => {
        for (;;) {
          try {
            return await timeConnect(target, { sourcePort, timeoutMs: options.timeoutMs });
          } catch {
            try {
              sourcePort = nextPort();
            } catch {
              return lost;
            }
          }
        }
      };
      return { exchange, close() {} };
    },
  };
}
