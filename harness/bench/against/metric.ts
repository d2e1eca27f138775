/** What is measured of a tree, by name. */
import type { Layer } from './layers.ts';
import type { Better } from './pairs.ts';

export interface Metric {
  readonly key: string;
  /** For a person, with its unit. */
  readonly name: string;
  readonly better: Better;
  readonly digits: number;
}

/** One reading of one tree: a value for each metric. */
export interface Reading {
  readonly values: Readonly<Record<string, number>>;
  /** The course of the work in numbers, part by part: the same on both sides, or they did not do the same work. */
  readonly course: readonly string[];
  /** Of the same parts, where there are any: what a digest holds may differ from revision to revision. */
  readonly digests: readonly string[];
}

export type Shares = Readonly<Record<Layer, number>>;
