/** The network that a plan asks for. */
import type { NodeId } from '../../../core/protocol.ts';
import { calmFlags } from '../../plan/lab-flags.ts';
import type { NetworkPlan } from '../../plan/plan.ts';
import { mustHave, type System } from '../../system.ts';
import type { FaultAccounts } from '../accounts.ts';
import { ContractError, shown } from '../contract.ts';
import { answer } from '../fate.ts';
import type { RandomStreams } from '../random.ts';
import { FatedNetwork } from './fated.ts';
import { HeardNetwork, type FateEar } from './heard.ts';
import { HonestNetwork, type NetworkWatch } from './honest.ts';
import { LabNetwork, type Wire } from './lab.ts';
import type { AnyNetwork, Post } from './network.ts';
import type { Rpc } from './rpc.ts';
import { SteeredNetwork } from './steered.ts';

/** Where the network stands, and what it needs of the world. */
export interface Site {
  readonly system: System;
  /** How many nodes there are. */
  readonly size: number;
  readonly streams: RandomStreams;
  readonly accounts: FaultAccounts;
  readonly post: Post;
  readonly wire: Wire;
  readonly ear: FateEar | undefined;
  lostToCut(from: NodeId, to: NodeId): void;
}

/**
 * @throws SystemError when messages are to be damaged and the system gives them no byte form
 * @throws TypeError when calls are to be told apart and the system does not say how
 *
 * The network that it gives throws ContractError from `send` when the system's codec fails.
 */
export function networkOf(plan: NetworkPlan, site: Site): AnyNetwork {
  const { system, size, streams, post, ear } = site;
  if (plan.manner === 'lab') return new LabNetwork(plan.lab ?? calmFlags, rpcOf(system), size, streams, site.wire);
  if (plan.lab !== undefined) return new SteeredNetwork(plan, plan.lab, rpcOf(system), size, streams, post);
  const watch = watchOf(plan, site);
  const plain = (heard: (post: Post) => Post): AnyNetwork => (plan.fates === undefined
    ? new HonestNetwork(plan, size, streams, heard(post), watch)
    : new FatedNetwork(plan, plan.fates, size, heard(post), watch.lostToCut));
  return ear === undefined ? plain((unheard) => unheard) : new HeardNetwork(plain, ear, () => site.wire.nowUs);
}

function watchOf(
  { corruptPer1000, checksums }: NetworkPlan, { system, accounts, wire, lostToCut }: Site,
): NetworkWatch {
  const codec = corruptPer1000 === undefined ? null : mustHave(system, 'codec');
  return {
    accounts,
    isUp: (node) => wire.isUp(node),
    lostToCut,
    damaged(message, fate) {
      const bytes = ofTheSystem('encode', message, () => codec!.encode(message));
      // Up to eight bits of one byte.
      const at = answer(fate, 1) % bytes.length;
      bytes[at]! ^= 1 + (answer(fate, 2) % 255);
      return ofTheSystem('decode', message, () => codec!.decode(bytes, checksums !== false));
    },
  };
}

/** A codec is the system's: what it throws is not a fault of the network that asked it. */
function ofTheSystem<T>(what: 'encode' | 'decode', message: unknown, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const thrown = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new ContractError(what === 'encode'
      ? `it sends ${shown(message)}, which its codec cannot encode: ${thrown}`
      : `its codec throws on damaged bytes of ${shown(message)}, expected null: ${thrown}`);
  }
}

function rpcOf({ name, rpc }: System): Rpc {
  if (rpc === undefined) throw new TypeError(`system "${name}" cannot run on the lab's network: it has no \`rpc\``);
  return rpc;
}
