/** A report made by hand: five rows, small enough that every form of it is known before. */
import type { Account, Row } from '../../harness/report/account.ts';
import type { Report } from '../../harness/report/report.ts';
import type { Plan } from '../../harness/plan/plan.ts';

const row = (more: Partial<Row> & Pick<Row, 'step' | 'atUs' | 'event'>): Row => ({
  kind: 'step', node: 0, told: more.event, weight: 0, effects: [], changed: {}, message: null, operation: null,
  code: null, ...more,
});

/** n0 asks n1 for its vote while a cut begins and n2 falls; n1 has voted before, and votes again. */
export const toldAccount: Account = {
  nodes: ['n0', 'n1', 'n2', 'c0'],
  servers: 3,
  rows: [
    row({
      step: 1, atUs: 0, node: 1, event: 'boot', weight: 1, changed: { role: 'follower', votedFor: 'n2', lease: 5 },
    }),
    row({ kind: 'fault', step: 1, atUs: 15_000, node: null, event: 'cut begins: n1 to n0', weight: 3 }),
    row({
      step: 2, atUs: 20_500, event: 'timer election', told: 'campaigns in term 2', weight: 3,
      effects: ['to n1: vote 2', 'set timer election'], changed: { role: 'candidate', term: 2 },
      code: 'core/raft/election.ts campaign',
    }),
    row({
      kind: 'crash', step: 2, atUs: 21_000, node: 2, event: 'crash', told: 'crashes', weight: 4,
      changed: { role: null },
    }),
    row({
      step: 3, atUs: 21_500, node: 1, event: 'vote 2 from n0', message: 0,
      changed: { role: 'follower', votedFor: 'n0', term: 2, lease: null }, effects: ['to n0: granted'],
      code: 'core/raft/election.ts vote',
    }),
  ],
  messages: [
    {
      from: 0, to: 1, nth: 1, what: 'vote 2', sentUs: 20_500, sentBy: 2, dueUs: [21_500], takenBy: [4],
      fate: 'delivered',
    },
    { from: 1, to: 0, nth: 1, what: 'granted', sentUs: 21_500, sentBy: 4, dueUs: [], takenBy: [], fate: 'cut' },
  ],
  operations: [
    {
      id: 0, client: 3, what: 'put k1 "a"', request: {}, calledUs: 16_000, returnedUs: 17_000, reply: null,
      answer: 'ok',
    },
    { id: 1, client: 3, what: 'get k1', request: {}, calledUs: 18_000, returnedUs: null, reply: null, answer: null },
  ],
  faults: [{ kind: 'cut', what: 'n1 to n0', fromUs: 15_000, untilUs: 30_000, hasFired: true }],
  endUs: 21_500,
  stormUs: 30_000,
  lanes: null,
  fatal: 4,
};

const size = {
  servers: 3, clients: 1, operations: 2, faults: 2, fates: null, timers: null, steps: 3, events: 5, virtualUs: 21_500,
};

export const toldReport: Report = {
  format: 'whitewater-report',
  version: 1,
  what: 'swarm seed 7',
  scenario: 'swarm',
  system: 'raft-kv',
  seed: 7,
  verdict: { kind: 'violation', property: 'One Vote', detail: 'n1 votes for n0, and has voted for n2' },
  meaning: 'A server votes once a term.',
  signature: '0123abcd',
  step: 3,
  atUs: 21_500,
  digests: ['aa', 'aa'],
  differs: [],
  shrunk: {
    before: { ...size, steps: 1234, faults: 9, operations: 40, servers: 5, clients: 4 }, after: size, candidates: 17,
    endedEarly: null, proof: null, others: [],
  },
  size,
  transcript: { rows: [1, 2, 3, 4], outOf: 5 },
  testimony: {
    steps: [
      {
        place: 4,
        marks: [
          {
            says: 'n1 grants its vote', at: ['core/raft/election.ts vote', 'core/raft/step.ts step'],
            against: 'a vote is given once (5.2)',
          },
        ],
      },
    ],
    lookIn: [
      { at: 'core/raft/election.ts vote', place: 4, against: 'a vote is given once (5.2)', times: 3 },
      { at: 'core/raft/election.ts campaign', place: 2, against: null, times: 1 },
      { at: 'core/raft/step.ts step', place: null, against: null, times: 7 },
    ],
  },
  stall: null,
  fatal: {
    step: 3,
    node: 'n1',
    told: 'vote 2 from n0',
    code: 'core/raft/election.ts vote',
    lines: [
      { field: 'votedFor', before: 'n2', after: 'n0' }, { field: 'term', before: null, after: '2' },
      { field: 'lease', before: '5', after: null },
    ],
    sender: { node: 'n0', step: 2, said: 'vote 2', code: 'core/raft/election.ts campaign' },
  },
  faults: [
    { kind: 'cut', eligible: 1200, fired: 1, mattered: 0 }, { kind: 'drop', eligible: 3, fired: 0, mattered: 0 },
  ],
  network: { sent: 2, dropped: 0, duplicated: 1, late: 0, cut: 1000 },
  configuration: [
    { field: 'settings.heartbeatUs', value: '50000', plain: '100000' },
    { field: 'network.dropPer1000', value: '20', plain: '0' },
  ],
  history: null,
  explainsHistory: true,
  run: toldAccount,
  plan: { scenario: 'swarm', faults: [] } as unknown as Plan,
  full: null,
  commands: { replay: 'npx whitewater replay 7', pin: 'npx whitewater pin x.plan.json' },
  files: { open: 'x.html' },
};
