/**
 * A situation as a value: an interesting state or step by name, counted so that a campaign can show that it
 * reached it. It judges nothing; a check that only ever met calm seas proves little.
 */

export interface Situation<Moment, Name extends string = string> {
  readonly name: Name;
  /** One sentence, without its full stop. */
  readonly says: string;
  readonly seen: (moment: Moment) => boolean;
  /** How often, when it was seen; once when absent. */
  readonly times?: (moment: Moment) => number;
}

/** Situations of one kind of moment, which keep their names as types. */
export const situationsOf =
  <Moment,>() =>
  <const Name extends string>(
    given: Readonly<
      Record<
        Name,
        {
          readonly says: string;
          readonly seen: (moment: Moment) => boolean;
          readonly times?: (moment: Moment) => number;
        }
      >
    >,
  ): readonly Situation<Moment, Name>[] =>
    (Object.keys(given) as Name[]).map((name) => ({ name, ...given[name] }));

/** Counts by name. */
export class Tally<Name extends string> {
  readonly counts: Record<Name, number>;

  constructor(names: readonly Name[]) {
    this.counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  }

  note<Moment>(situations: readonly Situation<Moment, Name>[], moment: Moment): void {
    for (const one of situations)
      if (one.seen(moment)) this.counts[one.name] += one.times === undefined ? 1 : one.times(moment);
  }
}
