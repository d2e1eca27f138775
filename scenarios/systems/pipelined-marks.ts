/** What a client with several operations in flight did in a step. */
import type { ClientRequest } from '../../core/kv/messages.ts';
import type { PipelinedClerk } from '../../core/kv/pipelined-clerk.ts';
import type { ServerMessage } from '../../core/server.ts';
import type { Mark, ToldStep } from '../../harness/system.ts';
import { marked } from './mark.ts';
import { describeOperation } from './raft-kv-story.ts';

/** Those that it asks for, and what it is told. */
export function pipelinedMarks(
  { node, event, effects, nameOf }: ToldStep, { inFlight }: PipelinedClerk, last: number, target: number,
): readonly Mark[] {
  const asked = effects.flatMap((effect) =>
    effect.kind === 'send' && (effect.message as ServerMessage).kind === 'clientRequest'
      ? [effect.message as ClientRequest]
      : [],
  );
  const asks = asked.map(({ sequence, operation }) =>
    marked(
      'ask',
      ['core/kv/pipelined-clerk.ts askAll', 'core/kv/pipelined-clerk.ts onRequest'],
      `asks ${nameOf(target)}${event?.kind === 'request' && sequence === last ? '' : ' again'}, as command ${sequence}, for ${describeOperation(operation)}`,
      null,
      { client: node, sequence },
    ),
  );
  const told = effects.flatMap((effect) => {
    const one = effect.kind === 'reply' ? inFlight.find(({ id }) => id === effect.id) : undefined;
    return one === undefined ? [] : [one];
  });
  return [
    ...asks,
    ...told.map(({ sequence, operation }) =>
      marked(
        'told',
        ['core/kv/pipelined-clerk.ts onReply'],
        `is told the result of its command ${sequence}, ${describeOperation(operation)}`,
        null,
        { client: node, sequence },
      ),
    ),
  ];
}
