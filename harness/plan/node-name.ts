import type { NodeId } from '../../core/protocol.ts';
import type { Plan } from './plan.ts';

/** Servers are n0, n1 and so on, clients c0, c1 and so on. */
export const nodeName = (plan: Pick<Plan, 'servers'>, node: NodeId): string =>
  node < plan.servers ? `n${node}` : `c${node - plan.servers}`;
