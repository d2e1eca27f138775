/** What executing a command with a version came to (MIT 6.5840), and against which rule. */
import type { Command } from '../../core/kv/command.ts';
import type { Machine } from '../../core/kv/machine.ts';
import type { VersionClerk } from '../../core/kv/version-clerk.ts';
import type { VersionedOperation, VersionedResult } from '../../core/kv/versioned.ts';
import type { Mark, ToldStep } from '../../harness/system.ts';
import { marked } from './mark.ts';

const execute = 'core/kv/store.ts execute';
const putAnswer = 'core/kv/versioned.ts putAnswer';

export interface Execution {
  readonly before: Machine;
  readonly after: Machine;
  readonly index: number;
  readonly command: Command & { readonly operation: VersionedOperation };
  /** As a person is told of it. */
  readonly text: string;
  /** Whether nothing else of the step touches its key, so that what it leaves can be seen. */
  readonly isOnlyOfKey: boolean;
}

export function versionMark({
  before, after, index, command: { client, sequence, operation }, text, isOnlyOfKey,
}: Execution): Mark {
  const { key } = operation;
  const [old, now] = [before, after].map(({ store }) => store.versions?.get(key) ?? 0) as [number, number];
  const says = `executes entry ${index}, ${text}${isOnlyOfKey ? `; ${key} had version ${old} and has ${now}` : ''}`;
  return marked('execute', [putAnswer, execute], says, isOnlyOfKey ? againstRule(operation, old, now) : null, {
    index, upTo: index, client, sequence,
  });
}

function againstRule(operation: VersionedOperation, old: number, now: number): string | null {
  const must = operation.kind === 'putVersion' && operation.version === old ? old + 1 : old;
  return now === must
    ? null
    : `a put takes effect where its version matches, and then the key has the next one: ${must} (6.5840)`;
}

/** What a clerk tells its application, and whether it can know that. */
export function refusalMarks(
  { attempts, pending }: VersionClerk, effects: ToldStep['effects'],
  about: { readonly client: number; readonly sequence: number },
): readonly Mark[] {
  const reply = effects.find((effect) => effect.kind === 'reply');
  if (reply?.kind !== 'reply' || pending === null) return [];
  const { told } = reply.reply as VersionedResult;
  const against =
    told === 'ErrVersion' && attempts > 1
      ? 'a put that was sent again may have taken effect before: ErrMaybe (6.5840)'
      : null;
  return [
    marked(
      'answer',
      ['core/kv/version-clerk.ts stepVersionClerk', 'core/kv/version-clerk.ts forApplication'],
      `tells its application ${told} of its command ${about.sequence}, of which it counts ${attempts} requests`,
      against,
      about,
    ),
  ];
}
