/** A process that tries inputs one after the other, and tells its parent of each before it begins. */
import setup from '../../support/common-folder.ts';
import { triedHere, type Fault } from './answer.ts';

export type Said =
  | { readonly kind: 'begins'; readonly seed: number; readonly argv: readonly string[] }
  | { readonly kind: 'fault'; readonly fault: Fault };

const [from, count] = process.argv.slice(2).map(Number) as [number, number];
const say = (said: Said): void => void process.send!(said);
const end = setup();
await triedHere(
  from, count, (seed, argv) => say({ kind: 'begins', seed, argv }), (fault) => say({ kind: 'fault', fault }),
);
end();
process.disconnect();
