/**
 * Settled means quiet: when all replicas hold everything and no client asks, a leader sends heartbeats and
 * nothing else. One that sends entries or snapshots again and again works for nobody, and without end.
 */
import type { Effect, NodeId } from '../../core/protocol.ts';
import type { QuietListener } from '../checker.ts';

export class QuietWindow implements QuietListener {
  private isListening = false;
  private sent: string | null = null;

  listen(): void {
    this.isListening = true;
    this.sent = null;
  }

  heard(): string | null {
    return this.sent;
  }

  /** `isUp`: who is down may rightly be sent what it lacks. */
  read(node: NodeId, effects: readonly Effect<unknown, unknown, unknown>[], isUp: (node: NodeId) => boolean): void {
    if (!this.isListening || this.sent !== null) return;
    for (const effect of effects) {
      if (effect.kind !== 'send' || !isUp(effect.to)) continue;
      const message = effect.message as { readonly kind: string; readonly entries?: readonly unknown[] };
      if (message.kind === 'installSnapshot' || message.kind === 'installChunk')
        this.sent = `n${node} still sends its snapshot to n${effect.to}, which lacks nothing`;
      if (message.kind === 'appendEntries' && message.entries!.length > 0)
        this.sent = `n${node} still sends entries to n${effect.to}, which lacks none`;
    }
  }
}
