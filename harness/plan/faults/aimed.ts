/** Faults that wait for the moment that matters, and end when what they wait for has happened. */
import * as v from 'valibot';
import { node, span, spanOf, type FaultShape, type Spanned } from './shape.ts';

/** The next message from one server to another is held until two newer leaderships have been seen. */
export interface HoldAcrossLeaderships extends Spanned {
  readonly kind: 'holdAcrossLeaderships';
  readonly from: number;
  readonly to: number;
}

/** A server is cut off until the log it needs has been given back by the others for a snapshot. */
export interface IsolateUntilSnapshot extends Spanned {
  readonly kind: 'isolateUntilSnapshot';
  readonly node: number;
}

/** A snapshot on its way to a server is held until a server has given back more of its log. */
export interface CompactDuringInstall extends Spanned {
  readonly kind: 'compactDuringInstall';
}

export const holdAcrossLeaderships: FaultShape<HoldAcrossLeaderships> = {
  schema: v.strictObject({ kind: v.literal('holdAcrossLeaderships'), ...span, from: node, to: node }),
  span: spanOf,
  kinds: () => ['holdAcrossLeaderships'],
  target: ({ from, to }) => [from, to],
  strikesServersOnly: true,
  describe: ({ from, to }, _struck, nameOf) =>
    `the next message from ${nameOf(from)} to ${nameOf(to)}, for two leaderships`,
};

export const isolateUntilSnapshot: FaultShape<IsolateUntilSnapshot> = {
  schema: v.strictObject({ kind: v.literal('isolateUntilSnapshot'), ...span, node }),
  span: spanOf,
  kinds: () => ['isolateUntilSnapshot'],
  target: (fault) => [fault.node],
  strikesServersOnly: true,
  describe: (fault, _struck, nameOf) => nameOf(fault.node),
};

export const compactDuringInstall: FaultShape<CompactDuringInstall> = {
  schema: v.strictObject({ kind: v.literal('compactDuringInstall'), ...span }),
  span: spanOf,
  kinds: () => ['compactDuringInstall'],
  target: () => [],
  strikesServersOnly: true,
  describe: () => 'the next snapshot that is sent',
};
