/** Lab 3's check of appends: each of a client's pieces is in the value once, in the order of its appends. */
import { mustHold } from '../../checkers/checker.ts';
import { shownText } from './kv-cluster.ts';

export const piece = (client: number, counter: number): string => `x ${client} ${counter} y`;

export function appendsMustBeOnceInOrder(client: number, appends: number, value: string): void {
  let lastOffset = -1;
  for (let counter = 0; counter < appends; counter++) {
    const wanted = piece(client, counter);
    const offset = value.indexOf(wanted);
    mustHold(
      'Every Append',
      offset >= 0,
      () => `append ${counter} of client ${client} (${JSON.stringify(wanted)}) is missing from ${shownText(value)}`,
    );
    mustHold(
      'Exactly Once',
      value.lastIndexOf(wanted) === offset,
      () => `append ${counter} of client ${client} (${JSON.stringify(wanted)}) is twice in ${shownText(value)}`,
    );
    mustHold(
      'Order Of Appends',
      offset > lastOffset,
      () => `append ${counter} of client ${client} stands before its append ${counter - 1} in ${shownText(value)}`,
    );
    lastOffset = offset;
  }
}
