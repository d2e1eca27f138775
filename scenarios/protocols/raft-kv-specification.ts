/** The explorer's observer with the specification beside it: every step of every state is one that it allows. */
import { Violated } from '../../checkers/checker.ts';
import { hold } from '../../checkers/property.ts';
import { stepOfTheSpecification } from '../../checkers/spec/step-of-the-specification.ts';
import type { SpecEvent } from '../../checkers/spec/event.ts';
import { StepJudge } from '../../checkers/spec/step.ts';
import type { AnySpecMessage } from '../../checkers/spec/option-message.ts';
import type { NodeId } from '../../core/protocol.ts';
import { bootRaft, type Persistent, type RaftOptions } from '../../core/raft/state.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import type { AnyEffect, AnyEvent } from '../../harness/system.ts';
import type { NodeStep, NodeView } from '../../harness/explore/untimed/system.ts';
import { raftSpecification } from '../systems/raft-spec.ts';
import {
  RaftKvUntimedObserver, type RaftGhost, type RaftNotice, type RaftObserverOptions,
} from './raft-kv-observer.ts';

interface HeldNotice extends RaftNotice {
  /** What the specification says of the step, once all others have spoken. */
  readonly refused?: Violated;
}

export class HeldRaftKvObserver extends RaftKvUntimedObserver {
  override readonly invariants: readonly string[] = [
    ...new RaftKvUntimedObserver({ servers: 1, clients: 0, maxRaftState: -1 }).invariants, stepOfTheSpecification.name,
  ];
  private readonly servers: number;
  private readonly specification;
  private readonly judge: StepJudge;

  constructor(options: RaftObserverOptions, raft: RaftOptions = {}) {
    super(options);
    this.servers = options.servers;
    this.specification = raftSpecification({ servers: options.servers, network: { checksums: true } }, raft);
    this.judge = new StepJudge(this.specification.options);
  }

  /** Of one step the other properties speak first: they say what is lost by it, and this one which rule it broke. */
  override notice(step: NodeStep): HeldNotice | null {
    const notice = super.notice(step);
    const refused = step.node < this.servers ? this.refusal(step) : null;
    if (refused === null) return notice;
    if (notice?.concernsOthers !== true) throw refused;
    return { ...notice, refused };
  }

  override observe(ghost: RaftGhost, step: NodeStep, notice: HeldNotice, nodes: readonly NodeView[] | null): RaftGhost {
    const behind = super.observe(ghost, step, notice, nodes);
    if (notice.refused !== undefined) throw notice.refused;
    return behind;
  }

  private refusal(step: NodeStep): Violated | null {
    try {
      this.mustBeAllowed(step);
      return null;
    } catch (error) {
      if (error instanceof Violated) return error;
      throw error;
    }
  }

  /** A boot is held against what the disk held: what the server was before it crashed nobody tells. */
  private mustBeAllowed({ node, before, after, durableBefore, event, effects }: NodeStep): void {
    const { specification, judge } = this;
    const { raft } = after as Server;
    const from = before === null ? { raft: bootRaft(raft.config, durableBefore as Persistent) } : (before as Server);
    hold(stepOfTheSpecification, {
      judge,
      step: {
        before: specification.server(from), event: this.eventOf(node, event), after: specification.server({ raft }),
        sent: this.sentBy(node, effects),
      },
      wasSent: true,
    });
  }

  private eventOf(node: NodeId, event: AnyEvent | null): SpecEvent {
    if (event === null) return { kind: 'restart' };
    const given = event as Parameters<typeof this.specification.event>[0];
    const message = given.kind === 'message' ? this.specification.message(given.from, node, given.message) : null;
    if (message !== null) return { kind: 'message', message };
    const told = this.specification.event(given);
    return told.kind === 'notSpecified' ? { kind: 'other' } : told;
  }

  private sentBy(node: NodeId, effects: readonly AnyEffect[]): readonly AnySpecMessage[] {
    return effects.flatMap((effect) => {
      if (effect.kind !== 'send') return [];
      const message = this.specification.message(node, effect.to, effect.message as ServerMessage);
      return message === null ? [] : [message];
    });
  }
}
