import { describe, expect } from 'vitest';
import { AssertionFailed } from '../../../core/assert.ts';
import { Log, type Entry, type LogIndex, type Term } from '../../../core/raft/log.ts';
import { reachableFrom } from '../../support/reachable.ts';
import { fc, prop } from '../../support/property.ts';

/** A version of the log beside a plain array that says what it must hold. */
interface Version {
  readonly log: Log;
  readonly baseIndex: LogIndex;
  readonly baseTerm: Term;
  readonly entries: readonly Entry[];
}

interface Change {
  readonly of: number;
  readonly kind: 'append' | 'truncateFrom' | 'compactTo';
  readonly amount: number;
  readonly termStep: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  of: fc.nat(),
  kind: fc.constantFrom('append', 'append', 'truncateFrom', 'compactTo'),
  amount: fc.oneof(fc.nat(5), fc.nat(100), fc.nat(1500)),
  termStep: fc.nat(2),
});

/** Terms rise every 7 entries at most, as elections let them. */
function entriesAfter(last: Term, { amount, termStep }: Change): Entry[] {
  return Array.from({ length: amount }, (_, i) => ({
    term: last + termStep * Math.floor((i + 7) / 7), command: null, sizeBytes: 8 + (i % 5),
  }));
}

function changed({ log, baseIndex, baseTerm, entries }: Version, one: Change): Version {
  if (one.kind === 'append') {
    const more = entriesAfter(entries.at(-1)?.term ?? baseTerm, one);
    return { log: log.append(more), baseIndex, baseTerm, entries: [...entries, ...more] };
  }
  const kept = one.amount % (entries.length + 1);
  if (one.kind === 'truncateFrom') {
    return { log: log.truncateFrom(baseIndex + kept + 1), baseIndex, baseTerm, entries: entries.slice(0, kept) };
  }
  return {
    log: log.compactTo(baseIndex + kept),
    baseIndex: baseIndex + kept,
    baseTerm: kept === 0 ? baseTerm : entries[kept - 1]!.term,
    entries: entries.slice(kept),
  };
}

function versionsOf(base: readonly [LogIndex, Term], changes: readonly Change[]): Version[] {
  const versions: Version[] = [{ log: Log.startingAfter(...base), baseIndex: base[0], baseTerm: base[1], entries: [] }];
  for (const one of changes) versions.push(changed(versions[one.of % versions.length]!, one));
  return versions;
}

const base = fc.oneof(
  fc.constant([0, 0] as const),
  fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 5 })),
  fc.tuple(fc.constantFrom(1023, 32_766, 32_767, 99_999, 1_048_575), fc.constant(3)),
);
const versions = fc
  .tuple(base, fc.array(change, { maxLength: 10 }))
  .map(([from, changes]) => versionsOf(from, changes));

describe('the log against a plain array', () => {
  prop([versions], { numRuns: 300 })('says where it begins and ends, and how large it is', (all) => {
    for (const { log, baseIndex, baseTerm, entries } of all) {
      expect([log.baseIndex, log.baseTerm, log.lastIndex, log.lastTerm, log.sizeBytes]).toEqual([
        baseIndex, baseTerm, baseIndex + entries.length, entries.at(-1)?.term ?? baseTerm,
        entries.reduce((sum, entry) => sum + entry.sizeBytes, 0),
      ]);
    }
  });

  prop([versions], { numRuns: 300 })('at, from and termAt give what was appended', (all) => {
    for (const { log, baseIndex, baseTerm, entries } of all) {
      expect(log.from(baseIndex + 1, entries.length)).toEqual(entries);
      expect(log.termAt(baseIndex)).toBe(baseTerm);
      const wrong = entries.findIndex(
        (entry, i) => log.at(baseIndex + 1 + i) !== entry || log.termAt(baseIndex + 1 + i) !== entry.term,
      );
      expect(wrong).toBe(-1);
    }
  });

  prop([versions, fc.nat(2000), fc.nat(100)], { numRuns: 300 })(
    'from gives at most as many as were asked for',
    (all, offset, limit) => {
      for (const { log, baseIndex, entries } of all) {
        const skip = offset % (entries.length + 1);
        expect(log.from(baseIndex + 1 + skip, limit)).toEqual(entries.slice(skip, skip + limit));
      }
    },
  );

  prop([versions, fc.integer({ min: -3, max: 1600 }), fc.nat(30)], { numRuns: 300 })(
    'has an entry exactly if the index holds that term',
    (all, offset, term) => {
      for (const { log, baseIndex, baseTerm, entries } of all) {
        const held = offset === 0 ? baseTerm : entries[offset - 1]?.term;
        expect(log.has(baseIndex + offset, term)).toBe(held === term);
        if (held !== undefined) expect(log.has(baseIndex + offset, held)).toBe(true);
      }
    },
  );

  prop([versions, fc.nat(60)], { numRuns: 300 })(
    'firstIndexFromTerm is the first entry of at least that term',
    (all, term) => {
      for (const { log, baseIndex, entries } of all) {
        const place = entries.findIndex((entry) => entry.term >= term);
        expect(log.firstIndexFromTerm(term)).toBe(baseIndex + 1 + (place === -1 ? entries.length : place));
      }
    },
  );

  prop([versions], { numRuns: 200 })('lastSharedIndex is where reading both finds the last very same entry', (all) => {
    for (const a of all) {
      for (const b of all) {
        const from = Math.max(a.baseIndex, b.baseIndex);
        let index = from;
        const end = Math.min(a.log.lastIndex, b.log.lastIndex);
        while (index < end && a.entries[index - a.baseIndex] === b.entries[index - b.baseIndex]) index++;
        expect(a.log.lastSharedIndex(b.log)).toBe(index);
      }
    }
  });

  prop([versions], { numRuns: 100 })('an index outside of the log has no entry, and a compacted one no term', (all) => {
    for (const { log } of all) {
      for (const index of [log.baseIndex - 1, log.lastIndex + 1])
        expect(() => log.termAt(index)).toThrow(AssertionFailed);
      for (const index of [log.baseIndex, log.lastIndex + 1]) expect(() => log.at(index)).toThrow(AssertionFailed);
      for (const index of [log.baseIndex - 1, log.lastIndex + 1])
        expect(() => log.compactTo(index)).toThrow(AssertionFailed);
    }
  });

  prop([versions], { numRuns: 100 })(
    'keeps alive the entries behind the compacted prefix and no others (section 7)',
    (all) => {
      const everything = new Set(all.flatMap(({ entries }) => entries));
      for (const { log, entries } of all) {
        const alive = [...reachableFrom(log)].filter((object) => everything.has(object as Entry));
        expect(alive.length).toBe(entries.length);
      }
    },
  );
});
