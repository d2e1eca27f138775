/** Trouble that the swarm leaves when the storm is over: never more than a sound cluster can bear. */
import { changeKinds, type Change } from '../../../core/raft/members.ts';
import { describe, expect, test } from 'vitest';
import { inTrouble, lastingPer1000Max, type Plan } from '../../../harness/plan/plan.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';

const plans = Array.from({ length: 3000 }, (_, i) => swarm.draw(i + 1));
const troubled = plans.filter((plan) => inTrouble(plan).length > 0);

/** Who asks of the store at one time: no operator, and a client that comes back under another name is no second one. */
const askers = ({ clients, operations }: Plan): number =>
  clients -
  new Set(
    operations.filter(({ request }) => changeKinds.includes((request as Change).kind)).map(({ client }) => client),
  ).size -
  operations.filter(({ crash }) => crash !== undefined).length;

/** Faults that go on. */
const lasting = (plan: Plan) => plan.faults.filter((fault) => 'untilUs' in fault && fault.untilUs > plan.stormUs);

describe('servers in trouble', () => {
  test('there are some in about a tenth of the seeds, and each has one trouble to the end', () => {
    expect(troubled.length).toBe(200);
    for (const plan of troubled) {
      expect(lasting(plan).map(({ kind }) => kind).length, plan.seed).toBe(inTrouble(plan).length);
      for (const fault of lasting(plan)) expect('untilUs' in fault && fault.untilUs).toBe(plan.stormUs + plan.settleUs);
    }
    expect(plans.filter((plan) => inTrouble(plan).length === 0 && lasting(plan).length > 0)).toEqual([]);
  });

  test('they and those that may be lost for good are fewer than half: a majority owes progress', () => {
    for (const plan of troubled) {
      const lost = plan.faults.flatMap((fault) =>
        fault.kind === 'gone' || fault.kind === 'damagedDisk' ? fault.nodes : [],
      );
      const out = new Set([...inTrouble(plan), ...lost]);
      expect(out.size * 2, plan.seed).toBeLessThan(plan.servers);
    }
  });

  test('what campaigns without end needs PreVote and CheckQuorum (dissertation 9.6, 6.2)', () => {
    // One seed in two hundred.
    const more = Array.from({ length: 5000 }, (_, i) => swarm.draw(3001 + i)).filter(
      (plan) => inTrouble(plan).length > 0,
    );
    const kindsWith = (isWanted: (settings: RaftKvSettings) => boolean): readonly string[] => {
      const kinds = [...troubled, ...more]
        .filter(({ settings }) => isWanted(settings as RaftKvSettings))
        .flatMap((plan) =>
          lasting(plan).map((fault) =>
            fault.kind === 'isolation'
              ? `${fault.kind} ${fault.direction}`
              : fault.kind === 'cut'
                ? `cut ${inTrouble(plan).includes(fault.from) ? 'out' : 'in'}`
                : fault.kind,
          ),
        );
      return [...new Set(kinds)].sort();
    };
    const both = ({ preVote, checkQuorum }: RaftKvSettings): boolean => preVote === true && checkQuorum === true;
    expect(kindsWith((settings) => !both(settings))).toEqual([
      'crashLoop', 'cut out', 'flapping', 'isolation both', 'isolation outbound', 'pause', 'stall',
    ]);
    expect(kindsWith(both)).toEqual(expect.arrayContaining(['cut in', 'isolation inbound']));
  });

  test('the server that is always first to run for leader is only silent', () => {
    const quick = troubled.filter(
      (plan) =>
        inTrouble(plan).includes((plan.settings as RaftKvSettings).quickServer ?? -1) &&
        (plan.settings as RaftKvSettings).preVote !== true,
    );
    expect(quick.length).toBeGreaterThan(5);
    for (const plan of quick) {
      const { quickServer } = plan.settings as RaftKvSettings;
      const own = lasting(plan).find(
        (fault) => 'nodes' in fault && Array.isArray(fault.nodes) && fault.nodes.includes(quickServer!),
      );
      expect(own?.kind === 'pause' || (own?.kind === 'isolation' && own.direction !== 'inbound'), plan.seed).toBe(true);
    }
  });
});

test('where there is trouble, clients ask behind the storm: who asks nothing is owed no answer', () => {
  const behind = ({ operations, stormUs }: Plan): number => operations.filter(({ atUs }) => atUs >= stormUs).length;
  expect(Math.min(...troubled.map(behind))).toBeGreaterThan(15);
  expect(Math.max(...plans.map(({ operations, stormUs }) => operations.at(-1)!.atUs - stormUs))).toBeLessThan(
    2_000_000,
  );
  const more = plans.filter((plan) => inTrouble(plan).length === 0 && behind(plan) > 0).length;
  expect(Math.abs(more - 420)).toBeLessThan(90);
});

test('where sessions end within a few elections nothing lasts', () => {
  const sessions = plans.filter(({ settings }) => (settings as RaftKvSettings).sessionExpiryUs !== undefined);
  const few = ({ settings }: Plan): boolean =>
    (settings as RaftKvSettings).sessionExpiryUs! < 4 * (settings as RaftKvSettings).electionTimeoutUs.max;
  const lasts = (plan: Plan): boolean => plan.network.lasting !== undefined || inTrouble(plan).length > 0;
  expect(sessions.filter(few).length).toBeGreaterThan(50);
  expect([
    sessions.filter((plan) => few(plan) && lasts(plan)).length, sessions.some((plan) => !few(plan) && lasts(plan)),
  ]).toEqual([0, true]);
});

test('sessions end where a log can carry what they cost: no crowd, and no window of a few entries', () => {
  const sessions = plans.filter(({ settings }) => (settings as RaftKvSettings).sessionExpiryUs !== undefined);
  const carries = ({ settings }: Plan): number =>
    ((settings as RaftKvSettings).window ?? Infinity) * (settings as RaftKvSettings).entriesPerMessageMax;
  expect(sessions.length).toBeGreaterThan(300);
  expect([Math.max(...sessions.map(askers)), Math.min(...sessions.map(carries))]).toEqual([15, 16]);
});

test('where servers come and go no window without PreVote for a crowd whose writes take longer than an election', () => {
  const drawn = Array.from({ length: 4000 }, (_, seed) => swarm.draw(seed));
  const late = drawn.filter((plan) => {
    const { disk, settings } = plan;
    const { members, electionTimeoutUs } = settings as RaftKvSettings;
    const crowd = askers(plan);
    return members !== undefined && crowd > 15 && (crowd * disk.writeUs.max) / 2 > electionTimeoutUs.max;
  });
  const windows = late
    .map(({ settings }) => settings as RaftKvSettings)
    .filter(({ preVote, window }) => preVote !== true && window !== undefined);
  expect([late.length, windows.length]).toEqual([7, 0]);
});

test('a fifth of the seeds keeps a poor network, of a few per cent at most', () => {
  const rates = plans.flatMap(({ network }) => network.lasting ?? []);
  expect(Math.abs(rates.length - 600)).toBeLessThan(100);
  expect(Math.max(...rates.map(({ dropPer1000 }) => dropPer1000))).toBe(lastingPer1000Max);
  expect([...new Set(rates.map(({ tailUs }) => tailUs))].sort((a, b) => a - b)).toEqual([0, 200, 1000, 2000]);
});
