/** The judge of steps as a property: whatever a server does, Figure 2 must have an action for it. */
import { property } from '../property.ts';
import { refusedIn } from './refusal.ts';
import type { SpecEvent } from './event.ts';
import type { SpecStep, StepJudge } from './step.ts';

export interface JudgedStep {
  readonly judge: StepJudge;
  readonly step: SpecStep;
  /** Whether the message taken is among those sent by steps that took effect; true when none was taken. */
  readonly wasSent: boolean;
}

export const stepOfTheSpecification = property({
  name: 'Step Of The Specification',
  source: 'Raft, Figures 2 and 13; raft.tla',
  says: 'A server does in each step what the actions of the specification do, and sends what they send',
  looksAt: 'step',
  check({ judge, step, wasSent }: JudgedStep) {
    const refusal = wasSent
      ? judge.judge(step)
      : refusedIn('Receive', 'Figure 2', 'no step that has taken effect sent the message');
    return refusal === null ? null : `${subject(step)}: ${refusal.detail}`;
  },
});

/** Who does it, and on what. */
const subject = ({ before, event }: SpecStep): string => `n${before.id}, ${occasion(event)}`;

function occasion(event: SpecEvent): string {
  switch (event.kind) {
    case 'message':
      return `${event.message.kind} of n${event.message.source} in term ${event.message.term}`;
    case 'timer':
      return 'a timer';
    case 'request':
      return 'a request of a client';
    case 'transfer':
      return `asked to hand over to n${event.to}`;
    case 'restart':
      return 'a restart';
    case 'other':
      return 'nothing that Figure 2 knows';
  }
}
