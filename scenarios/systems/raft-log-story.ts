/**
 * Raft alone as reports tell it: what came of a step, what it did and where. The rest is shared with Raft under its
 * store.
 */
import { lastAppliedIndex, type LogServer, type Start, type Started } from '../../core/log-server.ts';
import type { AnyEffect, AnyEvent, Mark, Story, ToldStep } from '../../harness/system.ts';
import { placeAlone, places } from './code-places.ts';
import { codeOf, tellBoot, tellRaft, together } from './raft-kv-story.ts';
import { bootMarks, raftMarks } from './raft-marks.ts';
import { marked } from './mark.ts';

export const describeStart = (request: unknown): string => `start(${JSON.stringify((request as Start).command)})`;

export function tellLogStep({ before, after, event, effects, nameOf }: ToldStep): Story | null {
  const { raft } = after as LogServer;
  if (event === null) return tellBoot(raft);
  return together([...tellRaft((before as LogServer).raft, raft, event, effects, nameOf), tellStart(event, effects)]);
}

function tellStart(event: AnyEvent, effects: readonly AnyEffect[]): Story | null {
  if (event.kind !== 'request') return null;
  const answer = startedIn(effects);
  const came = answer?.isLeader === true ? `as entry ${answer.index} of term ${answer.term}` : 'and does not lead';
  return { text: `is given ${describeStart(event.request)}, ${came}`, weight: answer?.isLeader === true ? 3 : 1 };
}

const startedIn = (effects: readonly AnyEffect[]): Started | undefined => {
  const reply = effects.find(({ kind }) => kind === 'reply');
  return reply?.kind === 'reply' ? (reply.reply as Started) : undefined;
};

export const codeOfLogServer = (event: AnyEvent | null): string | null => {
  const place = codeOf(event, true);
  return place === null ? null : placeAlone(place);
};

export function logMarksOf(step: ToldStep): readonly Mark[] {
  const { node, event, effects, nameOf } = step;
  const after = step.after as LogServer;
  const before = step.before as LogServer | null;
  if (event === null || before === null) return bootMarks(after.raft, lastAppliedIndex(after.applied)).map(alone);
  return [
    ...raftMarks({ node, before: before.raft, after: after.raft, event, effects, nameOf }),
    ...startMarks(event, effects), ...applyMarks(before, after, event),
  ].map(alone);
}

const alone = (mark: Mark): Mark => ({ ...mark, at: [...new Set(mark.at.map(placeAlone))] });

/** The lab's Start(command). */
function startMarks(event: AnyEvent, effects: readonly AnyEffect[]): readonly Mark[] {
  const answer = startedIn(effects);
  if (event.kind !== 'request' || answer?.isLeader !== true) return [];
  const { index, term } = answer;
  return [
    marked(
      'propose', [places.onStart, places.propose],
      `puts into its log, as entry ${index} of term ${term}, ${describeStart(event.request)}`, null,
      { term, index, upTo: index },
    ),
  ];
}

/** Figure 2: what is committed is applied, each entry once and in order. */
function applyMarks(before: LogServer, after: LogServer, event: AnyEvent): readonly Mark[] {
  const from = lastAppliedIndex(before.applied);
  const to = lastAppliedIndex(after.applied);
  const { lastApplied, commitIndex } = after.raft;
  const about = { index: Math.min(from, to) + 1, upTo: Math.max(from, to) };
  const at = [places.deliver, places.logServed, places.logExecuted];
  if (to !== lastApplied && (to !== from || lastApplied !== before.raft.lastApplied)) {
    return [
      marked(
        'deliver', at, `has applied up to ${to}, and lastApplied is ${lastApplied}`,
        'lastApplied is the last index that was applied (Figure 2)', { ...about, upTo: Math.max(to, lastApplied) },
      ),
    ];
  }
  if (to === from) return [];
  const says = to - from === 1 ? `applies entry ${to}` : `applies entries ${from + 1} to ${to}`;
  const against = to < from ? `the service never goes back, and had applied up to ${from} (Figure 2)`
    : to > commitIndex ? `only what is committed is applied, and commitIndex is ${commitIndex} (Figure 2)` : null;
  const isInstalled =
    event.kind === 'message' && (event.message as { readonly kind: string }).kind === 'installSnapshot';
  return [marked('execute', isInstalled ? [places.logExecuted, places.logServed] : at, says, against, about)];
}
