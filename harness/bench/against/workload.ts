/** A kind of work that two revisions do in turns. */
import type { Children } from './child.ts';
import type { Metric, Reading, Shares } from './metric.ts';
import type { Tree } from './tree.ts';

export type What = 'simulation' | 'explorer' | 'explorer-threads' | 'checker' | 'start-up' | 'labs';

export interface Setting {
  readonly here: Tree;
  readonly other: Tree;
  readonly children: Children;
  /** For files; removed at the end. */
  readonly folder: string;
  readonly isShort: boolean;
  /** Of the simulation: how many in each reading; null for as many as are usual. */
  readonly seeds: number | null;
  /** How many pairs are read; null for as many as are usual. */
  readonly pairs: number | null;
  readonly say: (text: string) => void;
}

export interface Workload {
  /** Of whom and what, in one line. */
  readonly title: string;
  /** The first one decides. */
  readonly metrics: readonly Metric[];
  readonly pairs: number;
  /** Said below the figures. */
  readonly notes: readonly string[];
  read(tree: Tree, pair: number): Promise<Reading>;
  /** Where the time goes; null where it is not asked. */
  shares: ((tree: Tree) => Promise<Shares>) | null;
}

export const commandOf = ({ folder }: Tree): string => `${folder}/dist/scenarios/whitewater.js`;
