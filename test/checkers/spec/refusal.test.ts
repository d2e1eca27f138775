/**
 * What is said of a step that the specification does not allow: the nearest action, why it is not that one, and where
 * it stands.
 */
import { expect, test } from 'vitest';
import { refusedBy, refusedByAction, refusedIn } from '../../../checkers/spec/refusal.ts';
import { guard } from '../../../checkers/spec/rule.ts';
import { settingFor, type SpecServer } from '../../../checkers/spec/server.ts';

const none = 'no action of Figure 2 leads from here to there; ';

test('a guard in the way', () => {
  expect(refusedBy('BecomeLeader', { guard: { name: 'x', section: '5.2' }, because: 'it has 1 vote' })).toEqual({
    action: 'BecomeLeader', section: '5.2', because: 'it has 1 vote',
    detail: `${none}the nearest is BecomeLeader, refused because it has 1 vote (section 5.2)`,
  });
  expect(refusedBy('Timeout', { guard: { name: 'x', section: 'Figure 2' }, because: 'b' }).detail).toBe(
    `${none}the nearest is Timeout, refused because b (Figure 2)`,
  );
});

test('an action that leads elsewhere, none at all, or one that is due', () => {
  expect(refusedIn('Restart', '5.1', 'the term is 2')).toEqual({
    action: 'Restart', section: '5.1', because: 'the term is 2',
    detail: `${none}the nearest is Restart, but the term is 2 (section 5.1)`,
  });
  expect(refusedIn('nothing', 'Figure 2', 'the log grew').detail).toBe(
    `${none}nothing is to be done, but the log grew (Figure 2)`,
  );
  expect(refusedIn('AdvanceCommitIndex', '5.4.2', 'index 3 is held by 2', 'due').detail).toBe(
    'AdvanceCommitIndex is due: index 3 is held by 2 (section 5.4.2)',
  );
  expect(refusedIn('Send', 'dissertation 6.2', 'b').detail).toBe(
    `${none}the nearest is Send, but b (dissertation 6.2)`,
  );
});

test('an action that nothing refuses', () => {
  const action = (because: string | null) => ({
    name: 'A', guards: [guard<null>('A: g', '7', () => because)], rules: [],
    update: (server: SpecServer) => ({ server, sent: [] }),
  });
  expect(refusedByAction(action(null), {} as SpecServer, null, settingFor(3))).toBeNull();
  expect(refusedByAction(action('no'), {} as SpecServer, null, settingFor(3))).toMatchObject({
    action: 'A', section: '7', because: 'no',
  });
});
